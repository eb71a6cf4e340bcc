//! Whole screens as reviewed text: what people see at the sizes and in the colours that they have.

#[path = "support/screen.rs"]
mod screen;
#[path = "support/snapshots/mod.rs"]
mod snapshots;

use std::sync::Arc;

use lagtop::app::{Depth, Input, Looks, Theme as Ground};
use lagtop::model::peek::{PeekAnswer, PeekOutcome};
use lagtop::model::process::Confidence;
use lagtop::model::stack::{StackAnswer, StackOutcome};
use lagtop::model::{Answer, Difference, Differences, Differing, Dropped, Marker, Snapshot};
use screen::Screen;
use snapshots::local::{stack_plan, stack_refused, stack_taken};
use snapshots::{NOW, ago, backlog};

const DARK: Looks = Looks { depth: Depth::TrueColor, theme: Ground::Dark, ascii: false };
const LIGHT: Looks = Looks { theme: Ground::Light, ..DARK };
const SIXTEEN: Looks = Looks { depth: Depth::Ansi, ..DARK };
const MONO: Looks = Looks { depth: Depth::Mono, ..DARK };
const ASCII: Looks = Looks { depth: Depth::Mono, theme: Ground::Dark, ascii: true };

fn screen(snapshot: Snapshot, size: (u16, u16)) -> Screen {
    Screen::new(snapshot, size, DARK, NOW)
}

fn incident(size: (u16, u16), looks: Looks) -> Screen {
    Screen::new(snapshots::incident(), size, looks, NOW)
}

fn diagnosed(size: (u16, u16)) -> Screen {
    screen(snapshots::diagnosed(), size)
}

fn beside_120x35() -> Screen {
    screen(snapshots::local::beside(Confidence::Likely, 1), (120, 35))
}

/// The header over a cluster that is marked as production, and its styles.
fn production(size: (u16, u16), looks: Looks) -> String {
    let mut screen = incident(size, looks);
    screen.app.title.production = true;
    let shown = screen.styled();
    let header = shown.lines().take(1).chain(shown.lines().filter(|line| line.starts_with("0:")));
    header.collect::<Vec<_>>().join("\n")
}

/// The incident two minutes before, or where these keys lead from there.
fn rewound(size: (u16, u16), looks: Looks, keys: &str) -> Screen {
    let screen = Screen::new(snapshots::diagnosed(), size, looks, NOW);
    screen.press("Space Shift-Left Shift-Left").press(keys)
}

/// The incident, of which two moments were marked.
fn marked(size: (u16, u16), looks: Looks) -> Screen {
    let marker = |seconds, note: &str| Marker { at: snapshots::ago(seconds), note: note.into() };
    let markers = Arc::new(vec![marker(420, "deploy 42"), marker(90, "rolled back")]);
    Screen::new(Snapshot { markers, ..snapshots::incident() }, size, looks, NOW)
}

/// The page of a thread, after these answers; it is run once.
fn stacked(answers: impl IntoIterator<Item = StackOutcome>) -> Screen {
    let mut screen = screen(snapshots::local::beside(Confidence::Likely, 1), (100, 30));
    screen = screen.press("5 Enter");
    for outcome in answers {
        let number = screen.app.stack.as_ref().map_or(0, |state| state.wish.number);
        screen.input(answer(number, outcome));
        screen = screen.press("Enter");
    }
    screen
}

fn answer(number: u64, outcome: StackOutcome) -> Input {
    Input::Answer(Answer::Stack(StackAnswer { number, at: NOW, outcome }))
}

/// The same, with what came of it.
fn answered(outcome: StackOutcome) -> Screen {
    let mut screen = stacked([stack_plan()]);
    screen.input(answer(2, outcome));
    screen
}

/// The page of what waits on the hot partition, after these answers.
fn peeked(
    size: (u16, u16),
    looks: Looks,
    answers: impl IntoIterator<Item = PeekOutcome>,
) -> Screen {
    let mut screen = incident(size, looks).press("2 o");
    for outcome in answers {
        let number = screen.app.peek.as_ref().map_or(0, |state| state.wish.number);
        screen.input(Input::Answer(Answer::Peek(PeekAnswer { number, at: ago(3), outcome })));
    }
    screen
}

macro_rules! shows {
    ($name:ident, $text:expr) => {
        #[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), $text);
            });
        }
    };
}

// The incident, at every size.
shows!(all_panes_160x45, incident((160, 45), DARK).text());
shows!(all_panes_120x35, incident((120, 35), DARK).text());
shows!(all_panes_200x60, incident((200, 60), DARK).text());
shows!(groups_80x24, incident((80, 24), DARK).text());
shows!(partitions_80x24, incident((80, 24), DARK).press("2").text());
shows!(members_80x24, incident((80, 24), DARK).press("3").text());
shows!(rebalances_80x24, incident((80, 24), DARK).press("4").text());
shows!(groups_40x12, incident((40, 12), DARK).text());
shows!(partitions_40x12, incident((40, 12), DARK).press("2").text());
shows!(members_40x12, incident((40, 12), DARK).press("3").text());
shows!(rebalances_40x10, incident((40, 10), DARK).press("4").text());
shows!(too_small, incident((39, 30), DARK).text());

// What is wrong, above everything.
shows!(findings_160x45, diagnosed((160, 45)).text());
shows!(findings_120x35, diagnosed((120, 35)).styled());
shows!(findings_80x24, diagnosed((80, 24)).text());
shows!(marks_on_partitions_80x24, diagnosed((80, 24)).press("2").styled());
shows!(findings_pane_160x45, diagnosed((160, 45)).press("6").text());
shows!(findings_pane_120x35, diagnosed((120, 35)).press("6 Down").text());
shows!(findings_pane_80x24, diagnosed((80, 24)).press("6").text());
shows!(
    findings_pane_waiting,
    screen(snapshots::diagnosed_too_early(), (80, 24)).press("6 End").styled()
);
shows!(findings_pane_40x12, diagnosed((40, 12)).press("6").text());
shows!(
    finding_to_its_thread,
    screen(snapshots::diagnosed_beside(), (120, 35)).press("6 / h o t - t h Enter Enter").text()
);
shows!(finding_to_its_partition, diagnosed((120, 35)).press("6 Down Enter").text());

// In company: hosts and clients hidden, then all names.
shows!(hosts_hidden_120x35, diagnosed((120, 35)).press("p").text());
shows!(names_hidden_160x45, screen(snapshots::diagnosed_beside(), (160, 45)).press("p p").styled());
shows!(names_hidden_80x24, diagnosed((80, 24)).press("p p 6").text());
shows!(names_hidden_backlog, {
    peeked((80, 24), DARK, [backlog::plan(), backlog::read(true)]).press("p p").text()
});
shows!(names_hidden_stack, answered(stack_taken()).press("p p").text());

// In every colour there is, and in none.
shows!(styles_dark, incident((120, 35), DARK).styled());
shows!(styles_light, incident((120, 35), LIGHT).styled());
shows!(styles_sixteen, incident((80, 24), SIXTEEN).styled());
shows!(styles_none, incident((80, 24), MONO).press("2").styled());
shows!(styles_ascii, incident((120, 35), ASCII).styled());

// Where mistakes are dear.
shows!(production_160x45, production((160, 45), DARK));
shows!(production_120x35, production((120, 35), LIGHT));
shows!(production_80x24, production((80, 24), DARK));
shows!(production_sixteen, production((80, 24), SIXTEEN));
shows!(production_none, production((80, 24), MONO));
shows!(production_ascii, production((40, 12), ASCII));

// Other groups: each with something that the first has not.
shows!(leftovers, incident((120, 30), DARK).press("Down").text());
shows!(preparing, incident((120, 30), DARK).press("Down Down").text());
shows!(reconciling, incident((160, 35), DARK).press("Down Down Down").text());
shows!(idle_members, incident((120, 30), DARK).press("Down Down Down Down 3").styled());
shows!(hostile_names, incident((120, 30), DARK).press("Down Down Down Down Down Down 2").text());
shows!(forbidden, incident((120, 30), DARK).press("Down Down Down Down Down Down Down").text());
shows!(topic_in_all_groups, incident((120, 30), DARK).press("2 t").text());
shows!(matrix, incident((120, 30), DARK).press("3 a").styled());
shows!(matrix_80x24, incident((80, 24), DARK).press("Down Down Down 3 a").text());
shows!(log_scale, incident((80, 24), DARK).press("2 l").text());

// What there is in the cluster, and who writes to it.
shows!(inventory_160x45, screen(snapshots::inventory::grown(), (160, 45)).press("i").text());
shows!(inventory_120x35, screen(snapshots::inventory::grown(), (120, 35)).press("i").styled());
shows!(inventory_80x24, screen(snapshots::inventory::grown(), (80, 24)).press("i").text());
shows!(inventory_scrolled, screen(snapshots::inventory::grown(), (80, 24)).press("i End").text());
shows!(
    inventory_ascii,
    Screen::new(snapshots::inventory::grown(), (120, 40), ASCII, NOW).press("i").text()
);
shows!(inventory_not_known, incident((80, 24), DARK).press("i").text());
shows!(
    findings_of_the_cluster,
    screen(snapshots::inventory::grown(), (120, 35)).press("6 Down").text()
);
shows!(
    partition_page_writers,
    screen(snapshots::inventory::grown(), (120, 40)).press("2 Enter End").styled()
);

// Local processes.
shows!(process_160x45, screen(snapshots::local::beside(Confidence::Likely, 1), (160, 45)).text());
shows!(process_120x35, beside_120x35().press("5").styled());
shows!(
    process_80x24,
    screen(snapshots::local::beside(Confidence::Likely, 1), (80, 24)).press("5").text()
);
shows!(
    process_of_all_members,
    screen(snapshots::local::beside(Confidence::Ambiguous, 3), (160, 45)).press("5").text()
);
shows!(process_of_another_user, screen(snapshots::local::anothers(), (120, 35)).press("5").text());
shows!(process_elsewhere, screen(snapshots::local::elsewhere(), (80, 24)).press("5").text());
shows!(process_capture, screen(snapshots::local::anothers(), (80, 24)).press("5 w").text());

// Stacks.
shows!(stack_page_plan, {
    let mut screen = stacked([]);
    screen.input(answer(1, stack_plan()));
    screen.styled()
});
shows!(stack_page_running, stacked([stack_plan()]).text());
shows!(stack_page_refused, answered(stack_refused()).text());
shows!(stack_page_taken, answered(stack_taken()).styled());

// What waits.
shows!(backlog_asking, peeked((80, 24), DARK, []).text());
shows!(backlog_plan, peeked((160, 45), DARK, [backlog::plan()]).styled());
shows!(backlog_plan_80x24, peeked((80, 24), DARK, [backlog::plan_overtaken()]).text());
shows!(backlog_reading, peeked((80, 24), DARK, [backlog::plan()]).press("Enter").text());
shows!(backlog_refused, peeked((80, 24), DARK, [backlog::plan(), backlog::refused()]).text());
shows!(backlog_read_160x45, peeked((160, 45), DARK, [backlog::read(false)]).text());
shows!(backlog_read_120x35, peeked((120, 35), DARK, [backlog::read(false)]).styled());
shows!(backlog_read_80x24, peeked((80, 24), DARK, [backlog::read(false)]).text());
shows!(
    backlog_records_ascii,
    peeked((80, 24), ASCII, [backlog::read(false)]).press("PgDn PgDn").text()
);
shows!(backlog_values, peeked((120, 35), DARK, [backlog::read(true)]).press("PgDn PgDn").text());

// Pages.
shows!(partition_page, incident((160, 45), DARK).press("2 Enter").text());
shows!(partition_page_80x24, incident((80, 24), DARK).press("2 Enter").text());
shows!(partition_page_scrolled, incident((80, 24), DARK).press("2 Enter End").text());
shows!(partition_page_ascii, incident((80, 24), ASCII).press("2 Enter").text());
shows!(partition_page_lost_records, incident((120, 40), DARK).press("Down 2 Enter").text());
shows!(member_page, incident((120, 30), DARK).press("Down Down Down 3 Down Enter").styled());
shows!(unowned_page, incident((80, 24), DARK).press("Down Down Down 3 Enter").text());
shows!(rebalance_page, incident((120, 30), DARK).press("4 Enter").styled());

// Over everything.
shows!(help, incident((160, 45), DARK).press("?").text());
shows!(help_40x12, incident((40, 12), DARK).press("?").text());
shows!(typing, incident((80, 24), DARK).press("/ b i").text());
shows!(typing_nonsense, incident((80, 24), DARK).press("/ r e : (").text());
shows!(nothing_matches, incident((80, 24), DARK).press("/ x y z Enter").text());
shows!(paused, incident((80, 24), DARK).press("Space").styled());
shows!(zoomed, incident((160, 45), DARK).press("2 z").text());
shows!(scrolled, screen(snapshots::large(500), (100, 20)).press("2 z End").text());

// An earlier moment: on every axis it is marked which.
shows!(rewound_160x45, rewound((160, 45), DARK, "").styled());
shows!(rewound_120x35, rewound((120, 35), DARK, "Shift-Left").text());
shows!(rewound_80x24, rewound((80, 24), DARK, "").styled());
shows!(rewound_partitions_80x24, rewound((80, 24), DARK, "2").text());
shows!(rewound_rebalances_80x24, rewound((80, 24), DARK, "4").text());
shows!(rewound_partition_page, rewound((120, 40), LIGHT, "2 Enter").text());
shows!(rewound_ascii, rewound((120, 35), ASCII, "").text());
shows!(rewound_to_an_event, diagnosed((120, 35)).press("Space [ [").text());
shows!(
    rewound_process,
    screen(snapshots::local::beside(Confidence::Likely, 1), (120, 35))
        .press("5 Space Shift-Left")
        .text()
);

// Moments that somebody marked, and a note that is being typed.
shows!(marked_120x35, marked((120, 35), DARK).styled());
shows!(marked_ascii, marked((120, 40), ASCII).press("2 Enter").text());
shows!(typing_a_note, rewound((80, 24), DARK, "m d e p l o y").text());

// What keeps the picture from being true.
shows!(connecting, screen(snapshots::cold(None), (120, 30)).text());
shows!(never_reached, screen(snapshots::cold(Some(snapshots::refused())), (80, 24)).styled());
shows!(silent, screen(snapshots::silent(14), (120, 30)).styled());
shows!(silent_for_long, screen(snapshots::silent(114), (120, 30)).text());
shows!(one_broker_down, screen(snapshots::one_broker_down(), (120, 30)).styled());
shows!(no_groups, screen(snapshots::empty(), (80, 24)).text());

#[test]
fn drawing_twice_is_drawing_once() {
    let mut screen = incident((160, 45), DARK);
    screen.look();
    assert_eq!(screen.draw(), screen.draw());
}

/// Whatever tells of a key tells of the one that is in force.
#[test]
fn keys_that_were_chosen_are_shown() {
    let chosen = |mut screen: Screen| {
        let choices = [("pause", "u"), ("groups", "F9"), ("take-stack", "F10"), ("zoom", "none")];
        for (name, key) in choices {
            assert_eq!(screen.app.keys.choose(name, &[key]), Ok(()));
        }
        screen
    };
    let text = chosen(incident((80, 24), DARK)).press("u").text();
    assert!(text.contains("F9 Groups") && text.contains("u resume"), "{text}");
    assert!(text.contains("PAUSED") && !text.contains(" zoom"), "{text}");
    let help = chosen(incident((160, 45), DARK)).press("?").text();
    assert!(help.contains("u                 pause the picture"), "{help}");
    assert!(!help.contains("zoom the pane"), "{help}");
    let mut plan = chosen(stacked([]));
    plan.input(answer(1, stack_plan()));
    let plan = plan.text();
    assert!(plan.contains("F10 runs it once. H runs it 10 times"), "{plan}");
}

#[test]
fn an_empty_selection_is_not_drawn() {
    let text = screen(snapshots::empty(), (160, 45)).text();
    assert!(!text.contains('▸'), "{text}");
}

#[test]
fn nothing_but_ascii_is_written_for_ascii_terminals() {
    let keys = ["", "2 Enter", "3 a", "4 Enter", "?", "Down Down Down 3", "2 l", "/ x", "i"];
    for keys in keys.into_iter().chain(["Space Left"]) {
        let text = incident((160, 45), ASCII).press(keys).text();
        assert!(text.is_ascii(), "after {keys:?}: {text}");
    }
    for keys in ["", "PgDn", "End"] {
        let text = peeked((160, 45), ASCII, [backlog::read(true)]).press(keys).text();
        assert!(text.is_ascii(), "what waits, after {keys:?}: {text}");
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    for keys in ["", "2 Enter", "3 a", "4 Enter", "?", "Space", "Space Left", "/ x"] {
        let mut screen = incident((160, 45), MONO).press(keys);
        let reset = ratatui::style::Color::Reset;
        let buf = screen.look();
        assert!(buf.content().iter().all(|cell| (cell.fg, cell.bg) == (reset, reset)), "{keys:?}");
    }
}

#[test]
fn the_screen_says_when_it_would_look_different() {
    let mut running = incident((160, 45), DARK);
    running.look();
    assert_eq!(running.app.hits.ages_in, Some(std::time::Duration::from_secs(1)));
    let mut paused = incident((160, 45), DARK).press("Space");
    paused.look();
    assert_eq!(paused.app.hits.ages_in, None);
}

#[test]
fn differences_between_records_and_answers_are_counted_in_the_header() {
    let mut differing = snapshots::incident();
    let (at, group) = (differing.at, "billing".into());
    let last = Some(Difference { at, group, about: Differing::Commits });
    differing.differences = Differences { count: 3, last };
    let text = "3 differences, last in the commits of billing";
    let told = |snapshot| screen(snapshot, (160, 45)).text().contains(text);
    assert!(told(differing) && !told(snapshots::incident()));
}

#[test]
fn a_rebalances_page_says_why_somebody_is_gone_where_that_is_known() {
    let mut snapshot = snapshots::incident();
    let mut groups = snapshot.groups.to_vec();
    for entry in &mut groups {
        let events = &mut Arc::make_mut(&mut entry.view).rebalances;
        for gone in Arc::make_mut(events).iter_mut().flat_map(|event| &mut event.left) {
            gone.dropped = Some(Dropped::TooSlow);
        }
    }
    snapshot.groups = groups.into();
    let text = screen(snapshot, (160, 45)).press("4 Down Enter").text();
    assert!(text.contains("gave no partitions back within max.poll.interval.ms"), "{text}");
}

#[test]
fn the_header_says_when_polling_is_at_its_limit() {
    let text = |limit| {
        let mut screen = incident((160, 45), DARK);
        screen.app.max_requests = Some(limit);
        screen.text()
    };
    assert!(text(8).contains("  7.0 req/s, polling at most 8  "), "{}", text(8));
    assert!(!text(200).contains("at most"), "{}", text(200));
}

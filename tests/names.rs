//! No hidden name on any page, in any copy, in any notice; and what is asked for goes by true names.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is a failed test")]

#[path = "support/screen.rs"]
mod screen;
#[path = "names/strangers.rs"]
mod strangers;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use lagtop::app::keymap::Keymap;
use lagtop::app::{AppState, Chord, Effect, Input, Looks, Notice, Options, update};
use lagtop::diagnose::RuleBook;
use lagtop::export;
use lagtop::model::moment::{MomentAnswer, MomentWish};
use lagtop::model::peek::{
    Backlog, Ended, Excerpt, Look, PeekAnswer, PeekOutcome, PeekPlan, PeekedRecord,
};
use lagtop::model::pseudonym::Hiding;
use lagtop::model::stack::{
    StackAnswer, StackOutcome, StackPlan, StackTrouble, StackTroubleKind, StackWay, Stacks,
    ThreadStack,
};
use lagtop::model::{
    Answer, BrokerId, Fault, Finding, Isolation, Marker, PollPlan, Snapshot, Wish,
};
use lagtop::record::bundle::Bundled;
use lagtop::rewind;
use lagtop::veil::Veil;
use screen::{Screen, text};
use strangers::Strangers;

const SIZES: [(u16, u16); 4] = [(160, 45), (120, 35), (80, 24), (40, 12)];

/// Ways to every pane and page there is, each from the Groups pane.
const WAYS: &[&str] = &[
    "",
    "Down 2",
    "2 t",
    "2 s s s s s s s Enter",
    "2 o Enter v",
    "3",
    "3 s Enter",
    "3 a",
    "3 Enter",
    "4",
    "4 Enter",
    "5",
    "5 P",
    "5 w",
    "5 Enter Enter",
    "6",
    "6 End",
    "6 Down Enter",
    "6 Down Down Enter",
    "i",
    "i End",
    "?",
    "Space [ ] [ [ 2",
    "Space Shift-Left Shift-Left 6",
    "Space Left 4 Enter",
];

/// A screen and what came out of it.
struct Session {
    screen: Screen,
    strangers: Strangers,
    /// Whatever left the screen for a person: copies and notices.
    told: Vec<String>,
    /// Whatever left it for the sources.
    plans: Vec<PollPlan>,
    wishes: Vec<Wish>,
    /// What the page of a stack is answered: what would be run, then in turn that it was and was not.
    stacks: u32,
}

impl Session {
    /// A recorded incident under other names.
    fn of(name: &str, size: (u16, u16)) -> Self {
        Self::on(&played(name), size)
    }

    fn on((strangers, snapshot): &(Strangers, Arc<Snapshot>), size: (u16, u16)) -> Self {
        let (mut strangers, snapshot) = (strangers.clone(), Arc::clone(snapshot));
        let title = strangers.host("the bootstrap server");
        let options = Options {
            title: title.as_str().into(),
            interval: Duration::from_secs(1),
            max_requests: None,
            looks: Looks::default(),
            keys: Keymap::default(),
            notice: Some(Notice::Message),
            veil: Veil::new(RuleBook::default()),
        };
        let empty = Arc::new(Snapshot::empty(snapshot.at, snapshot.isolation));
        let screen = Screen { app: AppState::new(options, empty), now: snapshot.at };
        let (told, plans, wishes) = (Vec::new(), Vec::new(), Vec::new());
        let mut session = Self { screen, strangers, told, plans, wishes, stacks: 0 };
        session.input(Input::Resize { width: size.0, height: size.1 });
        session.input(Input::Snapshot(snapshot));
        session.told.clear();
        session
    }

    fn input(&mut self, input: Input) {
        let now = self.screen.now;
        for effect in update(&mut self.screen.app, input, now) {
            match effect {
                Effect::Copy(text) | Effect::Notify(_, text) => self.told.push(text),
                Effect::CopySummary => {
                    self.told.push(export::summary(self.screen.app.picture(), now));
                }
                Effect::SetPlan(plan) => self.plans.push(plan),
                Effect::SetWish(Some(wish)) => {
                    self.wishes.push(wish.clone());
                    let answer = self.answer(&wish);
                    self.input(Input::Answer(answer));
                }
                Effect::SetMoment(Some(MomentWish { number, at, held })) => {
                    let picture = Arc::new(rewind::as_of(&held, at, &RuleBook::default()));
                    self.input(Input::Moment(MomentAnswer { number, at, picture }));
                }
                Effect::Mark(marker) => self.input(Input::NotMarked(marker)),
                _ => {}
            }
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.screen.look();
            self.input(Input::Key(Chord::named(key).unwrap()));
        }
    }

    fn seen(&mut self) -> String {
        self.screen.look();
        text(&self.screen.look())
    }

    fn answer(&mut self, wish: &Wish) -> Answer {
        let at = self.screen.now;
        match wish {
            Wish::Stack(wish) => {
                self.stacks += 1;
                let outcome = stack(&mut self.strangers, self.stacks);
                Answer::Stack(StackAnswer { number: wish.number, at, outcome })
            }
            Wish::Peek(wish) => {
                let outcome = backlog(&mut self.strangers);
                Answer::Peek(PeekAnswer { number: wish.number, at, outcome })
            }
        }
    }
}

fn played(name: &str) -> (Strangers, Arc<Snapshot>) {
    let mut strangers = Strangers::default();
    let snapshot = strangers.play(Bundled::named(name).unwrap());
    (strangers, snapshot)
}

fn trouble(strangers: &mut Strangers) -> StackTrouble {
    let (host, said) = (strangers.host("a host of pprof"), strangers.host("what the tool said"));
    let by_hand = format!("curl 'http://{host}:6060/debug/pprof/goroutine?debug=2'");
    let by_hand = Some(by_hand.into());
    StackTrouble { kind: StackTroubleKind::Failed, text: said.into(), by_hand }
}

fn stack(strangers: &mut Strangers, nth: u32) -> StackOutcome {
    let instead = trouble(strangers);
    let command = instead.by_hand.clone().unwrap();
    let way = StackWay::Pprof;
    match nth % 3 {
        1 => StackOutcome::Plan(StackPlan { way, command, instead: Some(instead) }),
        2 => {
            let name = strangers.host("a thread's long name").into();
            let thread = ThreadStack { tid: Some(7), name, ..ThreadStack::default() };
            let remarks = vec![strangers.host("a remark").into()];
            let (took, threads) = (Duration::from_millis(3), vec![thread]);
            let hot = None;
            let stacks = Stacks { way, command, took, threads, remarks, cut: false, hot };
            StackOutcome::Taken(Arc::new(stacks))
        }
        _ => StackOutcome::Failed(instead),
    }
}

fn backlog(strangers: &mut Strangers) -> PeekOutcome {
    let excerpt = |name: String| Excerpt::of(name.as_bytes(), 64);
    let record = PeekedRecord {
        offset: 10,
        stamp: None,
        key: Some(excerpt(strangers.other("a key"))),
        value: Some(16),
        shown: Some(excerpt(strangers.other("a value"))),
        headers: Some(Arc::new([strangers.other("a header").into()])),
        bytes: 40,
    };
    let plan = PeekPlan::new(Some(10), BrokerId(1), (0, 20), Isolation::ReadUncommitted);
    let ended = Ended::Fault(Fault::new("BROKEN", &strangers.host("what the leader said")));
    let records = vec![record.clone(), record];
    let look = Look { plan, records, next: 12, ended, took: Duration::from_millis(3) };
    PeekOutcome::Read(Arc::new(Backlog::of(look)))
}

/// Six characters of a name are enough to know it again.
const PIECE: usize = 6;

fn pieces<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let pieces = names.flat_map(|name| {
        let last = name.len().saturating_sub(PIECE);
        (0..=last).map(|at| name[at..(at + PIECE).min(name.len())].to_owned())
    });
    pieces.collect()
}

/// The first piece of a name in a text.
fn leak(text: &str, pieces: &HashSet<String>) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(PIECE).map(|piece| piece.iter().collect()).find(|piece| pieces.contains(piece))
}

/// Hides names on the way to each page and before it, and looks at everything that is shown and told.
fn nothing_leaks(played: &(Strangers, Arc<Snapshot>), size: (u16, u16), hiding: Hiding) {
    let keys = if hiding == Hiding::Hosts { "p" } else { "p p" };
    for (way, late) in WAYS.iter().flat_map(|way| [(way, false), (way, true)]) {
        // Over the help, keys mean nothing but its own. What came before does not depend on the size.
        if late && (*way == "?" || size != SIZES[0]) {
            continue;
        }
        let mut session = Session::on(played, size);
        let before = session.seen();
        let known = pieces(session.strangers.all(hiding == Hiding::Hosts));
        if hiding == Hiding::All {
            assert!(leak(&before, &known).is_some(), "nothing to hide at {size:?}:\n{before}");
        }
        let steps = if late { [way, keys] } else { [keys, way] };
        session.press(steps[0]);
        session.told.clear();
        session.press(steps[1]);
        session.press("y Y");
        if way.starts_with('5') {
            session.press("w");
        }
        let seen = session.seen();
        // Names were given on the way, as those of stacks.
        let known = pieces(session.strangers.all(hiding == Hiding::Hosts));
        for text in std::iter::once(&seen).chain(&session.told) {
            let leak = leak(text, &known);
            assert_eq!(leak, None, "{hiding:?} on the way {way:?}, late {late}:\n{text}\n{seen}");
        }
        assert!(!session.told.is_empty() || way.starts_with('?'), "nothing was copied: {way:?}");
    }
}

#[test]
fn no_host_or_client_is_told_while_they_are_hidden() {
    let played = played("war-room");
    for size in SIZES {
        nothing_leaks(&played, size, Hiding::Hosts);
    }
}

#[test]
fn no_name_is_told_while_all_are_hidden() {
    let war_room = played("war-room");
    for size in SIZES {
        nothing_leaks(&war_room, size, Hiding::All);
    }
    for name in ["rebalance-storm", "hot-partition"] {
        nothing_leaks(&played(name), SIZES[0], Hiding::All);
    }
}

/// Whatever a pane may show that is not thought of above: the picture itself, written out field by field.
#[test]
fn nothing_of_a_name_is_in_a_picture_that_hides_all() {
    for name in ["war-room", "rebalance-storm", "hot-partition", "steady"] {
        let mut session = Session::of(name, SIZES[0]);
        session.press("p p");
        let picture = format!("{:#?}", **session.screen.app.held());
        let known = pieces(session.strangers.all(false));
        let line = picture.lines().find(|line| leak(line, &known).is_some());
        assert_eq!(line, None, "{name}");
    }
}

/// What is wrong stays, how bad and since when: only the words have other names.
#[test]
fn findings_stay_as_they_are() {
    for name in ["war-room", "rebalance-storm", "hot-partition"] {
        let mut session = Session::of(name, SIZES[0]);
        let told = |session: &Session| {
            let picture = Arc::clone(session.screen.app.picture());
            let findings: Vec<Finding> = picture.findings().into_iter().cloned().collect();
            findings
        };
        let facts = |findings: &[Finding]| {
            let facts = findings.iter().map(|finding| {
                let partitions = finding.subject.partitions.iter().map(|one| one.partition);
                let partitions: Vec<_> = partitions.collect();
                let lengths = (finding.evidence.len(), finding.next.clone());
                (finding.rule, finding.severity, finding.since.at(), partitions, lengths)
            });
            let mut facts: Vec<_> = facts.collect();
            facts.sort_by(|a, b| (a.0, a.1, a.2, &a.3).cmp(&(b.0, b.1, b.2, &b.3)));
            facts
        };
        let truth = told(&session);
        session.press("p p");
        let hidden = told(&session);
        assert!(!truth.is_empty());
        assert_eq!(facts(&hidden), facts(&truth), "{name}");
        assert!(hidden.iter().all(|finding| finding.sentence != finding.rule), "{name}");
        session.press("p");
        assert_eq!(told(&session), truth, "{name}");
    }
}

/// The same steps ask for the same, whatever is hidden.
#[test]
fn what_is_asked_for_goes_by_true_names() {
    // By lag, so that the order is not one of names.
    let asked = |hide: &str| {
        let mut session = Session::of("hot-partition", SIZES[0]);
        session.press("s s s s");
        session.press(hide);
        session.press("2 o Enter Esc 3 5 P Enter");
        session.screen.look();
        session.press("Esc");
        (session.plans.last().cloned().unwrap(), session.wishes)
    };
    let truth = asked("");
    assert!(truth.0.focus.is_some() && truth.0.processes.is_some() && truth.1.len() >= 2);
    assert_eq!(asked("p"), truth);
    assert_eq!(asked("p p"), truth);
}

/// A note that was not taken is said again, by its pseudonym.
#[test]
fn a_note_that_was_not_taken_is_not_told() {
    let mut session = Session::of("war-room", SIZES[0]);
    session.press("p p");
    let note = session.strangers.other("a second note");
    let at = session.screen.now;
    session.input(Input::NotMarked(Marker { at, note: note.as_str().into() }));
    let seen = session.seen();
    assert!(seen.contains("the marker was not taken, mark again: note-"), "{seen}");
}

/// What is new is told by pseudonyms, and to hide names makes nothing new.
#[test]
fn notices_go_by_pseudonyms() {
    let mut session = Session::of("war-room", SIZES[0]);
    let snapshot = Arc::clone(session.screen.app.live.truth());
    for keys in ["p", "p", "p"] {
        session.press(keys);
        session.input(Input::Snapshot(Arc::new(Snapshot::clone(&snapshot))));
        assert_eq!(session.told, Vec::<String>::new());
    }
    session.press("p p");
    let calm = Snapshot::empty(snapshot.at, snapshot.isolation);
    session.screen.now = snapshot.at.plus(Duration::from_hours(1));
    session.input(Input::Snapshot(Arc::new(calm)));
    session.input(Input::Snapshot(snapshot));
    let known = pieces(session.strangers.all(false));
    assert_eq!(session.told.len(), 1);
    assert_eq!(leak(&session.told[0], &known), None, "{:?}", session.told);
}

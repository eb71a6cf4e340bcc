use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;

use super::{arrive, draws, selected, three, toast};
use crate::app::fixture::{NOW, app, group, press};
use crate::app::{
    AppState, Effect, GroupSort, HitMap, Input, Pane, PartitionScope, Shape, SortColumn as _,
    Subject, update,
};
use crate::model::GroupId;

#[test]
fn a_filter_works_with_every_key_and_can_be_taken_back() {
    let mut app = app(&three());
    press(&mut app, "/ B i");
    assert_eq!((app.groups.len(), selected(&app)), (1, "billing"));
    press(&mut app, "Esc");
    assert_eq!((app.groups.len(), selected(&app)), (3, "users"), "as it was before");
    press(&mut app, "/ s e a Enter");
    assert_eq!((app.groups.len(), selected(&app)), (1, "search"));
    press(&mut app, "Esc");
    assert_eq!((app.groups.len(), selected(&app)), (3, "search"), "what was kept is chosen");
    press(&mut app, "/ q Backspace Backspace");
    assert_eq!((app.prompt.clone(), app.groups.filter.text()), (None, ""));
}

#[test]
fn a_bad_expression_keeps_the_rows_of_the_last_good_one() {
    let mut app = app(&three());
    press(&mut app, "/ r e : s");
    assert_eq!(app.groups.len(), 2);
    press(&mut app, "[");
    assert_eq!(app.groups.len(), 2);
    assert!(app.groups.filter.error().is_some());
    press(&mut app, "Ctrl-u");
    assert_eq!((app.groups.len(), app.groups.filter.error()), (3, None));
}

#[test]
fn a_paste_is_text_only_where_text_is_typed() {
    let mut app = app(&three());
    let paste = || Input::Paste("search\nq".to_owned());
    assert_eq!(update(&mut app, paste(), NOW), []);
    press(&mut app, "/");
    assert!(draws(&update(&mut app, paste(), NOW)));
    assert_eq!(app.groups.filter.text(), "search");
    press(&mut app, "Ctrl-W");
    assert_eq!(app.groups.filter.text(), "");
}

#[rstest]
#[case::down("j", 1)]
#[case::arrows("Down Down Up", 1)]
#[case::page("PgDn", 9)]
#[case::two_pages("PgDn PgDn", 18)]
#[case::half("Ctrl-D", 5)]
#[case::end("G", 49)]
#[case::past_the_end("End PgDn j", 49)]
#[case::past_the_top("j PgUp PgUp k", 0)]
#[case::home("G g", 0)]
fn paging(#[case] keys: &str, #[case] cursor: usize) {
    let groups: Vec<_> = (0..50).map(|n| group(&format!("g{n:02}"), &[50 - n])).collect();
    let mut app = app(&groups);
    press(&mut app, keys);
    assert_eq!(app.groups.cursor(), cursor);
    let first = app.groups.first_row(10);
    assert!((first..first + 10).contains(&cursor), "{first}");
    assert!(first <= 40, "no space is wasted at the end");
}

#[test]
fn a_key_that_changes_nothing_draws_nothing() {
    let mut app = app(&three());
    assert_eq!(press(&mut app, "k g Left 1 x Esc"), []);
    let live = Arc::clone(&app.live);
    assert_eq!(update(&mut app, Input::Snapshot(live), NOW), []);
    assert_eq!(update(&mut app, Input::Resize { width: 160, height: 45 }, NOW), []);
}

#[test]
fn enter_walks_in_and_esc_walks_out_on_a_small_screen() {
    let mut app = app(&three());
    update(&mut app, Input::Resize { width: 80, height: 24 }, NOW);
    assert_eq!(app.shape(), Shape::One(Pane::Groups));
    press(&mut app, "Enter");
    assert_eq!(app.shape(), Shape::One(Pane::Partitions));
    press(&mut app, "j Enter");
    let Some(Subject::Partition(key)) = app.page().map(|page| &page.subject) else {
        panic!("{:?}", app.page());
    };
    assert_eq!((key.group.as_str(), key.partition), ("users", 1));
    press(&mut app, "G");
    assert_eq!(app.page().map(|page| page.scroll), Some(20));
    press(&mut app, "Esc");
    assert_eq!((app.page(), app.partitions.cursor()), (None, 1));
    press(&mut app, "Enter 3");
    assert_eq!((app.page(), app.focus), (None, Pane::Members), "a number leaves the page");
    press(&mut app, "2");
    press(&mut app, "Esc");
    assert_eq!(app.shape(), Shape::One(Pane::Groups));
    assert_eq!(press(&mut app, "Esc"), []);
    assert_eq!(press(&mut app, "z"), [], "there is nothing to zoom");
}

#[rstest]
#[case(39, 24, Shape::TooSmall)]
#[case(80, 9, Shape::TooSmall)]
#[case(40, 10, Shape::One(Pane::Groups))]
#[case(119, 60, Shape::One(Pane::Groups))]
#[case(120, 35, Shape::All)]
fn shapes(#[case] width: u16, #[case] height: u16, #[case] shape: Shape) {
    let mut app = app(&three());
    update(&mut app, Input::Resize { width, height }, NOW);
    assert_eq!(app.shape(), shape);
}

#[test]
fn zoom_and_the_panes_around() {
    let mut app = app(&three());
    press(&mut app, "Tab z");
    assert_eq!(app.shape(), Shape::One(Pane::Partitions));
    press(&mut app, "Esc");
    assert_eq!((app.shape(), app.focus), (Shape::All, Pane::Partitions));
    press(&mut app, "h l");
    assert_eq!(app.focus, Pane::Partitions, "left and right again");
    press(&mut app, "l");
    assert!(app.log_scale, "nothing lies further right, and l is the scale here");
    press(&mut app, "3 l");
    assert_eq!(app.focus, Pane::Rebalances);
    press(&mut app, "Tab Tab");
    assert_eq!(app.focus, Pane::Groups);
    press(&mut app, "Shift-Tab Shift-Tab");
    assert_eq!(app.focus, Pane::Rebalances);
}

#[test]
fn a_pause_holds_the_picture_while_collection_goes_on() {
    let mut app = app(&three());
    press(&mut app, "Space");
    let held = Arc::clone(app.picture());
    assert_eq!(arrive(&mut app, &three()[..1], 11), []);
    assert!(Arc::ptr_eq(&held, app.picture()));
    assert_eq!(app.groups.len(), 3);
    press(&mut app, "j");
    assert_eq!(selected(&app), "search", "keys work on the held picture");
    press(&mut app, "Space");
    assert_eq!((app.groups.len(), selected(&app)), (1, "billing"));
    assert_eq!(toast(&app), "group search is gone");
}

#[test]
fn the_interval_walks_its_steps_and_stops_at_both_ends() {
    let mut app = app(&three());
    let effects = press(&mut app, "+");
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::SetPlan(plan) if plan.interval == Duration::from_secs(2)
    )));
    press(&mut app, "+ + + + +");
    assert_eq!(app.interval, Duration::from_mins(1));
    assert_eq!(press(&mut app, "+"), []);
    press(&mut app, "- - - - - - - - - - -");
    assert_eq!(app.interval, Duration::from_millis(100));
    app.interval = Duration::from_millis(1_500);
    press(&mut app, "-");
    assert_eq!(app.interval, Duration::from_secs(1), "from between two steps to the next");
}

#[test]
fn the_plan_follows_what_is_on_screen() {
    let groups: Vec<_> = (0..50).map(|n| group(&format!("g{n:02}"), &[50 - n])).collect();
    let mut app = app(&groups);
    let plan = |app: &AppState| app.plan.clone().expect("told");
    assert_eq!(plan(&app).focus.as_ref().map(GroupId::as_str), Some("g00"));
    assert_eq!(plan(&app).visible.len(), 10);
    press(&mut app, "G");
    assert_eq!(plan(&app).focus.as_ref().map(GroupId::as_str), Some("g49"));
    assert_eq!(plan(&app).visible[0].as_str(), "g40");
    let hits = HitMap { heights: [10, 0, 0, 0, 0, 0], ..HitMap::default() };
    let effects = app.drawn(hits.clone());
    assert!(matches!(&effects[..], [Effect::SetPlan(plan)] if plan.focus.is_none()));
    assert_eq!(app.drawn(hits), [], "told once");
}

#[test]
fn one_topic_in_all_groups_and_back() {
    let mut app = app(&three());
    press(&mut app, "2 t");
    assert_eq!(app.scope, PartitionScope::Topic("orders".into()));
    assert_eq!(app.partitions.len(), 7);
    let first = app.partitions.selected().expect("a row");
    assert_eq!((first.group.as_str(), first.partition), ("users", 0), "the selection stays");
    press(&mut app, "j");
    assert_eq!(app.partitions.selected().expect("a row").group.as_str(), "search");
    let plan = app.plan.clone().expect("told");
    assert_eq!(plan.visible.len(), 3, "all groups with a row on screen");
    press(&mut app, "Esc");
    assert_eq!((app.scope.clone(), app.partitions.len()), (PartitionScope::Group, 2));
    assert_eq!(app.partitions.selected().expect("a row").group.as_str(), "users");
}

#[test]
fn a_message_goes_away_with_time() {
    let mut app = app(&three());
    assert!(press(&mut app, "s").contains(&Effect::Say));
    update(&mut app, Input::Tick, NOW.plus(Duration::from_hours(1)));
    assert_eq!(toast(&app), "Groups by group, least first", "a replay may be fast");
    update(&mut app, Input::Read, NOW);
    assert_eq!(toast(&app), "");
}

#[test]
fn ages_do_not_tick_in_a_held_picture() {
    let mut app = app(&three());
    let mut hits = HitMap::default();
    hits.ages(Duration::from_mins(1));
    hits.ages(Duration::from_secs(1));
    app.drawn(hits);
    assert_eq!(app.tick_in(), Some(Duration::from_secs(1)));
    press(&mut app, "Space");
    assert_eq!(app.tick_in(), None);
}

#[rstest]
#[case::quit("q", Effect::Quit { leave_frame: false })]
#[case::leave("Q", Effect::Quit { leave_frame: true })]
#[case::interrupt("Ctrl-C", Effect::Quit { leave_frame: false })]
#[case::from_help("? q", Effect::Quit { leave_frame: false })]
#[case::while_typing("/ q Ctrl-C", Effect::Quit { leave_frame: false })]
#[case::suspend("Ctrl-Z", Effect::Suspend)]
#[case::redraw("Ctrl-L", Effect::Redraw)]
fn leaving(#[case] keys: &str, #[case] effect: Effect) {
    let mut app = app(&three());
    assert_eq!(press(&mut app, keys).last(), Some(&effect));
}

#[test]
fn typing_q_is_text() {
    let mut app = app(&three());
    let effects = press(&mut app, "/ q");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Quit { .. })));
}

#[test]
fn help_opens_scrolls_and_closes() {
    let mut app = app(&three());
    press(&mut app, "? j j");
    assert_eq!((app.help, app.groups.cursor()), (Some(2), 0));
    press(&mut app, "G");
    assert_eq!(app.help, Some(20));
    press(&mut app, "?");
    assert_eq!(app.help, None);
}

#[test]
fn every_column_can_be_reached() {
    let mut app = app(&three());
    for column in GroupSort::ALL.iter().skip(1) {
        press(&mut app, "s");
        assert_eq!(app.groups.sort, *column);
        assert_eq!(app.groups.descending, column.descends());
    }
    press(&mut app, "s");
    assert_eq!(app.groups.sort, GroupSort::ALL[0]);
}

#[test]
fn a_copied_row_is_exact_and_harmless() {
    let mut app = app(&[group("evil\n$(reboot)", &[1_234_567]).members(&["c\x1b[2J"])]);
    let copied = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
    };
    assert_eq!(
        copied(press(&mut app, "y")).expect("copied"),
        "group=evil\\n$(reboot) state=Stable type=classic members=1 partitions=1 lag=1234567 \
         in/s=- out/s=- coordinator=-"
    );
    let partition = copied(press(&mut app, "2 y")).expect("copied");
    assert!(partition.contains(" topic=orders partition=0 committed=100 "), "{partition}");
    assert!(partition.ends_with("owner=c\\u{1b}[2J host=10.0.0.9"), "{partition}");
    assert!(copied(press(&mut app, "3 y")).expect("copied").contains(" client=c\\u{1b}[2J "));
    assert_eq!(copied(press(&mut app, "4 y")), None, "there is none");
}

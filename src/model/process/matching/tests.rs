use rstest::rstest;

use super::*;
use crate::model::process::{Connection, HostAddress, Naming, NamingPlace, Runtime, Score};
use crate::model::{GroupKind, GroupState};

fn member(client_id: &str, host: &str) -> MemberView {
    MemberView {
        id: format!("{client_id}-uuid").as_str().into(),
        instance_id: None,
        client_id: client_id.into(),
        host: host.into(),
        rack: None,
        epoch: None,
        classic: false,
        assignment: None,
        target: None,
        lag: None,
        consumed: None,
    }
}

/// `client=a group=g word=w broker unconnected container`, the names after their kinds.
fn process(pid: u32, says: &str) -> ProcessFacts {
    let naming = |word: &str| {
        let (kind, name) = word.split_once('=')?;
        let kind = match kind {
            "client" => NamingKind::ClientId,
            "group" => NamingKind::Group,
            _ => NamingKind::Word,
        };
        Some(Naming { kind, name: name.into(), place: NamingPlace::CommandLine })
    };
    let connection = Connection {
        local: "10.0.0.1".into(),
        local_port: 40_000,
        remote: "10.0.0.9".into(),
        remote_port: 9_092,
    };
    ProcessFacts {
        key: ProcessKey { pid, start: 1 },
        started: Timestamp::default(),
        name: "app".into(),
        command: Ok(Arc::new([])),
        user: Ok("u".into()),
        cgroup: Ok("/".into()),
        runtime: Ok(Runtime::Native),
        library: Ok(None),
        namespace: Ok(says.contains("container").then_some(4_711)),
        connections: Ok(if says.contains("unconnected") { vec![] } else { vec![connection] }),
        is_broker: says.contains("broker"),
        namings: says.split(' ').filter_map(naming).collect(),
        namings_fault: None,
        pinned: if says.contains("flag") { vec![Pinned::Flag] } else { vec![] },
    }
}

fn group(members: Vec<MemberView>) -> GroupView {
    let mut group = GroupView::new("g".into(), GroupKind::Classic, GroupState::Stable);
    group.members = Some(members.into());
    group
}

fn searched(group: &GroupView, addresses: &[&str], unreadable: u32) -> Searched {
    let address = |it: &&str| HostAddress { address: (*it).into(), namespace: None };
    let addresses = addresses.iter().map(address).collect();
    let members = group.members.iter().flat_map(|members| members.iter());
    let members = members.map(|member| member.id.clone()).collect();
    Searched { group: "g".into(), members, addresses, unreadable, unseen: 0, fault: None }
}

fn verdict(members: &[&str], processes: &[&str], unreadable: u32, shared: bool) -> String {
    let group = group(members.iter().map(|id| member(id, "10.0.0.1")).collect());
    let processes: Vec<_> =
        processes.iter().zip(1..).map(|(says, pid)| process(pid, says)).collect();
    let processes: Vec<_> = processes.iter().collect();
    let searched = searched(&group, &["10.0.0.1"], unreadable);
    let sight = Sight { shared: &|_| shared, timing: &|_, _| Err(Untimed::NotListening) };
    let matched = matches(&group, &searched, &processes, Timestamp::default(), &sight);
    let first = &matched.members[0];
    let pids: Vec<_> = first.candidates.iter().map(|c| c.process.pid.to_string()).collect();
    format!("{} {}", first.confidence.word(), pids.join(","))
}

#[rstest]
#[case::a_unique_client_id(&["a", "b"], &["client=a", "client=b"], "likely 1")]
#[case::a_word_proves_nothing(&["a", "b"], &["", "word=a"], "ambiguous 2,1")]
#[case::another_names_the_group(&["a", "b"], &["group=g", "client=a"], "ambiguous 2,1")]
#[case::it_names_both(&["a", "b"], &["group=g", "client=a group=g"], "likely 2")]
#[case::two_name_it(&["a"], &["client=a", "client=a"], "ambiguous 1,2")]
#[case::two_members_have_it(&["a", "a"], &["client=a", ""], "ambiguous 1,2")]
#[case::the_librarys_own(&["rdkafka", "b"], &["client=rdkafka"], "possible 1")]
#[case::the_only_members_only_process(&["x"], &["group=g", ""], "likely 1")]
#[case::of_two_members_not(&["x", "y"], &["group=g", ""], "ambiguous 1,2")]
#[case::two_of_the_group(&["x"], &["group=g", "group=g"], "ambiguous 1,2")]
#[case::it_names_another_client(&["a"], &["client=b group=g"], "none ")]
#[case::it_names_another_group(&["a"], &["group=h"], "none ")]
#[case::a_prefix_is_no_name(&["a-0", "a-1"], &["client=a"], "possible 1")]
#[case::a_broker(&["a"], &["broker word=a"], "none ")]
#[case::without_a_connection(&["a"], &["client=a unconnected"], "none ")]
#[case::a_connection_alone(&["a"], &[""], "possible 1")]
#[case::a_flag_makes_nothing_exact(&["a"], &["flag"], "possible 1")]
fn a_member_is(#[case] members: &[&str], #[case] processes: &[&str], #[case] expected: &str) {
    assert_eq!(verdict(members, processes, 0, false), expected);
}

#[test]
fn what_cannot_be_read_lowers_the_word() {
    assert_eq!(verdict(&["a"], &["client=a"], 1, false), "possible 1");
    assert_eq!(verdict(&["a", "b"], &["client=a", ""], 0, true), "ambiguous 1,2");
}

#[rstest]
#[case::all_is_seen("10.0.0.1", (0, 0), Confidence::Likely, None)]
#[case::some_may_not_be_read("10.0.0.1", (1, 0), Confidence::Possible, Some("NOT_PERMITTED"))]
#[case::none_of_them_by_loopback("127.0.0.1", (1, 0), Confidence::Likely, None)]
#[case::nor_by_the_other_version("::ffff:127.0.0.1", (1, 0), Confidence::Likely, None)]
#[case::one_of_them_by_loopback("127.0.0.1", (1, 1), Confidence::Possible, Some("NOT_PERMITTED"))]
#[case::one_is_not_there("127.0.0.1", (0, 1), Confidence::Possible, Some("NOT_SEEN"))]
fn who_is_not_seen_may_be_anybody(
    #[case] host: &str,
    #[case] (unreadable, unseen): (u32, u32),
    #[case] confidence: Confidence,
    #[case] held_back: Option<&str>,
) {
    let group = group(vec![member("a", host)]);
    let searched = Searched { unseen, ..searched(&group, &[host], unreadable) };
    let sight = Sight { shared: &|_| false, timing: &|_, _| Err(Untimed::NotListening) };
    let of = |processes: &[&ProcessFacts]| {
        let matched = matches(&group, &searched, processes, Timestamp::default(), &sight);
        let found = matched.members.first().unwrap();
        (found.confidence, found.held_back.as_ref().map(|fault| fault.code.to_string()))
    };
    let held_back = held_back.map(str::to_owned);
    assert_eq!(of(&[&process(1, "client=a")]), (confidence, held_back.clone()));
    assert_eq!(of(&[]), (Confidence::None, held_back));
}

#[test]
fn who_joined_after_the_search_is_nobody_yet() {
    let group = group(vec![member("a", "10.0.0.1")]);
    let searched = Searched { members: Vec::new(), ..searched(&group, &["10.0.0.1"], 0) };
    let sight = Sight { shared: &|_| false, timing: &|_, _| Err(Untimed::NotListening) };
    let process = process(1, "client=a");
    let matched = matches(&group, &searched, &[&process], Timestamp::default(), &sight);
    let found = matched.members.first().unwrap();
    assert_eq!((found.confidence, found.candidates.len()), (Confidence::None, 0));
    let code = found.held_back.as_ref().map(|fault| &*fault.code);
    assert_eq!(code, Some("NOT_SEARCHED_YET"));
}

#[test]
fn elsewhere_is_named_and_a_pin_is_exact() {
    let there = member("a", "10.9.9.9");
    let mut pinned = process(7, "");
    let group = group(vec![there.clone()]);
    let of = |facts: &ProcessFacts| {
        let sight = Sight { shared: &|_| false, timing: &|_, _| Err(Untimed::NotListening) };
        matches(&group, &searched(&group, &[], 3), &[facts], Timestamp::default(), &sight)
    };
    let told = of(&pinned).members[0].clone();
    assert_eq!(told.place, Place::Elsewhere { host: "10.9.9.9".into() });
    assert_eq!((told.confidence, told.candidates.len()), (Confidence::None, 0));
    pinned.pinned = vec![Pinned::Member { group: "g".into(), member: there.id.clone() }];
    let told = of(&pinned).members[0].clone();
    assert_eq!((told.confidence, told.process()), (Confidence::Exact, Some(pinned.key)));
}

/// One member a word: pids, ports and hits of the candidates, the first told with a `!`: `1:7=9 2:8=3!`.
fn timed(members: &[&str], processes: &[&str], unreadable: u32) -> String {
    let ids: Vec<_> = members.iter().zip('a'..).map(|(_, id)| id.to_string()).collect();
    let all =
        ids.iter().map(|id| MemberView { id: id.as_str().into(), ..member("app", "10.0.0.1") });
    let group = group(all.collect());
    let processes: Vec<_> =
        processes.iter().zip(1..).map(|(says, pid)| process(pid, says)).collect();
    let processes: Vec<_> = processes.iter().collect();
    let timing = |member: &MemberView, _: &[&ProcessFacts]| {
        let at = ids.iter().position(|id| *id == member.id.as_str()).unwrap();
        let is_told = members[at].ends_with('!');
        let score = |word: &str| {
            let (socket, hits) = word.split_once('=')?;
            let (pid, port) = socket.split_once(':')?;
            let process = ProcessKey { pid: pid.parse().ok()?, start: 1 };
            Some(Score { process, port: port.parse().ok()?, hits: hits.parse().ok()?, of: 9 })
        };
        let words = members[at].trim_end_matches('!').split(' ');
        Ok(Timing { scores: words.filter_map(score).collect(), is_told, seen: 9 })
    };
    let sight = Sight { shared: &|_| true, timing: &timing };
    let searched = searched(&group, &["10.0.0.1"], unreadable);
    let matched = matches(&group, &searched, &processes, Timestamp::default(), &sight);
    let told = matched.members.iter().map(|found| {
        let pids = found.candidates.iter().map(|c| c.process.pid.to_string());
        format!("{} {}", found.confidence.word(), pids.collect::<Vec<_>>().join(","))
    });
    told.collect::<Vec<_>>().join("; ")
}

#[rstest]
#[case::told(&["2:8=9 1:7=0!", "1:7=9 2:8=0!"], &["", ""], "likely 2; likely 1")]
#[case::one_of_them(&["2:8=9 1:7=0!", "1:7=2"], &["", ""], "likely 2; ambiguous 1,2")]
#[case::one_process_is_both(&["2:8=9 1:7=0!", "2:9=9 1:7=0!"], &["", ""], "likely 2; likely 2")]
#[case::one_connection_is_not_both(&["2:8=9!", "2:8=8!"], &["", ""], "ambiguous 2,1; ambiguous 2,1")]
#[case::the_most_hits_come_first(&["2:8=6 1:7=5"], &["", ""], "ambiguous 2,1")]
#[case::an_only_candidate(&["1:7=9!"], &[""], "likely 1")]
#[case::not_even_that(&["1:7=2"], &[""], "possible 1")]
#[case::in_a_container(&["1:7=9!"], &["container"], "possible 1")]
fn times_of_commits_tell(
    #[case] members: &[&str],
    #[case] processes: &[&str],
    #[case] expected: &str,
) {
    assert_eq!(timed(members, processes, 0), expected);
    let hidden = timed(members, processes, 1);
    assert!(!hidden.contains("likely"), "somebody may not be read: {hidden}");
}

#[test]
fn what_the_times_say_is_told_in_words() {
    let commits = |next| Evidence::Commits { hits: 14, of: 15, next }.to_string();
    assert_eq!(commits(Some(3)), "commits coincide with what it sent: 14 of 15, next best 3");
    assert_eq!(commits(None), "commits coincide with what it sent: 14 of 15");
    assert_eq!(Untimed::TooFew { seen: 3 }.to_string(), "3 of 5 commit times seen");
}

//! Client ids and group ids on a command line and in an environment. Pure, and total over any text.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::process::{Naming, NamingKind, NamingPlace, ProcessWish};

/// The names that the words of a command line bear.
pub(super) fn of_command(words: &[Arc<str>], wish: Option<&ProcessWish>) -> BTreeSet<Naming> {
    let mut found = BTreeSet::new();
    let place = NamingPlace::CommandLine;
    for (nth, word) in words.iter().enumerate() {
        settings(word, place, &mut found);
        sought(word, place, wish, &mut found);
        // `--group NAME`: a flag and its value as two words.
        let flag = word.strip_prefix('-').filter(|_| !word.contains(['=', ' ']));
        if let (Some(kind), Some(value)) = (flag.and_then(kind), words.get(nth + 1))
            && !value.starts_with('-')
        {
            name(kind, value, place, &mut found);
        }
    }
    found
}

/// The names that an environment bears, given as the kernel gives it: `KEY=VALUE`, each ended by a zero.
pub(super) fn of_environment(bytes: &[u8], wish: Option<&ProcessWish>) -> BTreeSet<Naming> {
    let mut found = BTreeSet::new();
    let place = NamingPlace::Environment;
    for variable in bytes.split(|&byte| byte == 0) {
        let text = String::from_utf8_lossy(variable);
        let Some((key, value)) = text.split_once('=') else { continue };
        if let Some(kind) = kind(key) {
            name(kind, value, place, &mut found);
        }
        settings(value, place, &mut found);
        sought(value, place, wish, &mut found);
    }
    found
}

/// `client.id=x`, alone or among other settings: `-Dclient.id=x`, `{"client.id": "x"}`.
fn settings(text: &str, place: NamingPlace, found: &mut BTreeSet<Naming>) {
    if !text.contains(['=', ':']) {
        return;
    }
    let between = |c: char| c.is_whitespace() || ",;&{}\"'=:".contains(c);
    let mut parts = text.split(between).filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        if let (Some(kind), Some(&value)) = (kind(part), parts.peek()) {
            name(kind, value, place, found);
        }
    }
}

/// What a key says its value is: `client.id`, `-Dkafka.client-id`, `KAFKA_CLIENT_ID`, `clientId`.
fn kind(key: &str) -> Option<NamingKind> {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if plain.ends_with("instanceid") {
        return Some(NamingKind::InstanceId);
    }
    if plain.ends_with("clientid") {
        return Some(NamingKind::ClientId);
    }
    let group = plain == "group"
        || ["groupid", "consumergroup", "kafkagroup", "applicationid"]
            .iter()
            .any(|end| plain.ends_with(end));
    group.then_some(NamingKind::Group)
}

/// Numbers are no names: `GROUP_ID=1000` is a user's group.
fn name(kind: NamingKind, value: &str, place: NamingPlace, found: &mut BTreeSet<Naming>) {
    let value = value.trim_matches(['"', '\'']);
    if !value.is_empty() && value.len() <= 256 && !value.bytes().all(|byte| byte.is_ascii_digit()) {
        found.insert(Naming { kind, name: value.into(), place });
    }
}

/// A word, or a part of a list of words, that equals a name looked for.
fn sought(
    word: &str,
    place: NamingPlace,
    wish: Option<&ProcessWish>,
    found: &mut BTreeSet<Naming>,
) {
    let Some(wish) = wish else { return };
    let members = wish.members.iter();
    let mut names =
        members.flat_map(|member| [Some(&*member.client_id), member.instance_id.as_deref()]);
    if wish.group.as_str() == word || names.any(|name| name == Some(word)) {
        name(NamingKind::Word, word, place, found);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::model::process::MemberSought;

    fn wish() -> ProcessWish {
        let member = MemberSought {
            id: "consumer-2-uuid".into(),
            client_id: "consumer-2".into(),
            instance_id: None,
            host: "h".into(),
        };
        ProcessWish {
            group: "orders".into(),
            members: Arc::new([member]),
            brokers: Arc::new([]),
            pins: Arc::new([]),
            detail: None,
            sends: None,
        }
    }

    fn shown(found: &BTreeSet<Naming>) -> String {
        let one = |naming: &Naming| format!("{:?} {}", naming.kind, naming.name);
        found.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[rstest]
    #[case("app --group orders", "Group orders, Word orders")]
    #[case("app --group-id=a --client-id=b", "ClientId b, Group a")]
    #[case("java -Dkafka.client.id=b -jar app.jar", "ClientId b")]
    #[case(
        "app --consumer-property group.id=g --consumer-property client.id=c",
        "ClientId c, Group g"
    )]
    #[case("app {\"client.id\":\"x\",\"group.instance.id\":\"i\"}", "ClientId x, InstanceId i")]
    #[case("worker.py consumer-2", "Word consumer-2")]
    #[case("worker.py consumer-22 pre-orders", "")]
    #[case("app --group --verbose", "")]
    #[case("app --gid 7 --group-id 1000", "")]
    fn a_command_line_bears_names(#[case] line: &str, #[case] expected: &str) {
        let words: Vec<Arc<str>> = line.split(' ').map(Into::into).collect();
        assert_eq!(shown(&of_command(&words, Some(&wish()))), expected);
    }

    #[test]
    fn of_an_environment_only_names_are_told() {
        let bytes = b"CLIENT_SECRET=s3cret\0KAFKA_CLIENT_ID=c\0HOSTNAME=consumer-2\0\
            JAVA_OPTS=-Xmx1g -Dgroup.id=g\0PASSWORD=orders2\0GROUP_ID=1000\0no equals\0";
        let found = of_environment(bytes, Some(&wish()));
        assert_eq!(shown(&found), "ClientId c, Group g, Word consumer-2");
    }

    proptest! {
        #[test]
        fn any_text_is_searched(bytes in any::<Vec<u8>>(), words in prop::collection::vec("(?s).{0,30}", 0..8)) {
            let _ = of_environment(&bytes, Some(&wish()));
            let words: Vec<Arc<str>> = words.iter().map(|word| word.as_str().into()).collect();
            let _ = of_command(&words, None);
        }
    }
}

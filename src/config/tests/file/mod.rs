//! The config file: where it is, and which cluster is chosen.

mod elsewhere;
mod mistakes;
mod rules;

use std::path::PathBuf;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::{CONFIG, World};
use crate::config::Profile;

const TWO: &str = "\
default-cluster = 'prod-eu'
interval = '5s'

[clusters.prod-eu]
bootstrap = 'prod:1'
production = true
group = ['^billing']

[clusters.staging]
properties-file = 'kafka/staging.properties'
";

fn two(line: &str) -> World {
    let staging = "bootstrap.servers=staging:1";
    World::typed(line).config(TWO).file("/home/me/.config/lagtop/kafka/staging.properties", staging)
}

fn connects_to(world: &World) -> String {
    world.settings().connection.bootstrap[0].to_string()
}

#[rstest]
#[case::flag("-c staging", "staging:1")]
#[case::default("", "prod:1")]
#[case::address("-b k:1", "k:1")]
#[case::properties_file("-F f", "f:1")]
#[case::property("-X bootstrap.servers=x:1", "x:1")]
fn a_cluster_is_chosen_by_its_name_or_its_address(#[case] line: &str, #[case] expected: &str) {
    let world = two(line).file("f", "bootstrap.servers=f:1");
    assert_eq!(connects_to(&world), expected);
    let named = world.settings().profile.map(|profile| profile.name);
    assert_eq!(named.is_some(), !line.starts_with("-b") && expected.len() > 3, "{line}");
}

/// Whoever writes an address does not want to show the default cluster's password there.
#[test]
fn an_address_in_a_higher_place_leaves_the_clusters_name_in_a_lower_one_alone() {
    let group = |world: World| world.settings().filters.groups.matches("other");
    let with_variable = |line| two(line).variable("LAGTOP_CLUSTER", "prod-eu");
    assert!(!group(with_variable("")), "by its variable");
    assert!(group(with_variable("-b k:1")), "not where a flag says another address");
    assert_eq!(with_variable("-c staging").settings().profile.unwrap().name, "staging");
}

#[test]
fn what_names_a_cluster_and_another_address_is_told() {
    let settings = two("-c prod-eu").variable("LAGTOP_BOOTSTRAP", "tunnel:1").settings();
    assert_eq!(settings.connection.bootstrap[0].to_string(), "tunnel:1");
    assert_eq!(
        settings.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["LAGTOP_BOOTSTRAP says where to connect, in place of cluster 'prod-eu', whose other \
          settings count"]
    );
    assert!(settings.notes[0].is_warning());
    // Who writes both means both.
    assert_eq!(two("-c prod-eu -b tunnel:1").settings().notes, []);
}

/// `sudo -u kafka lagtop` may leave HOME as it was.
#[test]
fn the_usual_file_of_somebody_else_is_passed_over_with_a_word_and_a_named_one_is_not() {
    let world = |line| World::typed(line).variable("HOME", "/root");
    let settings = world("-b k:1").settings();
    let notes: Vec<_> = settings.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        ["the config file '/root/.config/lagtop/config.toml' may not be read and is passed over; \
          --config names another"]
    );
    assert!(settings.notes[0].is_warning());
    let named = world("-b k:1 --config /root/mine.toml").error();
    assert!(named.starts_with("--config: cannot read '/root/mine.toml'"), "{named}");
}

#[test]
fn a_profile_has_a_name_and_may_be_production() {
    let of = |line| two(line).settings().profile;
    let profile = |name: &str, production| Some(Profile { name: name.to_owned(), production });
    assert_eq!(of(""), profile("prod-eu", true));
    assert_eq!(of("-c staging"), profile("staging", false));
}

#[rstest]
#[case::home(&[("HOME", "/home/me")], "/home/me/.config/lagtop/config.toml")]
#[case::xdg(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")], "/etc/me/lagtop/config.toml")]
#[case::relative_xdg(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "me")], CONFIG)]
#[case::variable(&[("HOME", "/home/me"), ("LAGTOP_CONFIG", "mine.toml")], "mine.toml")]
fn the_file_is_found(#[case] variables: &[(&str, &str)], #[case] path: &str) {
    let world = World::typed("-b k").file(path, "interval = '7s'");
    let world = variables.iter().fold(world, |world, (name, text)| world.variable(name, *text));
    assert_eq!(world.settings().interval.as_secs(), 7);
}

#[test]
fn a_named_file_must_be_there_and_the_usual_one_need_not() {
    assert_eq!(World::typed("-b k").variable("HOME", "/home/me").settings().interval.as_secs(), 1);
    assert_eq!(World::typed("-b k").variable("HOME", "").settings().interval.as_secs(), 1);
    assert_eq!(
        World::typed("-b k --config nowhere.toml").error(),
        "--config: cannot read 'nowhere.toml' (entity not found); name a file that exists and may \
         be read"
    );
    assert_eq!(
        World::typed("-b k").variable("LAGTOP_CONFIG", "directory").error(),
        "LAGTOP_CONFIG: cannot read 'directory' (is a directory); name a file that exists and may \
         be read"
    );
}

#[test]
fn keys_with_dots_may_stand_in_quotes_or_not() {
    let world = World::typed("-c one").config(
        "[clusters.one]\nbootstrap = 'k'\n[clusters.one.properties]\n\
         security.protocol = 'SASL_PLAINTEXT'\n'sasl.mechanism' = 'PLAIN'\n\
         sasl.username = 'alice'\nsasl.password = ''\nfetch.min.bytes = 7\n\
         enable.partition.eof = false\n",
    );
    assert_eq!(world.login().username, "alice");
    let connection = world.settings().connection;
    let passed = connection.passed_through.iter();
    let passed: Vec<_> = passed.map(|(key, value)| (&**key, value.expose_secret())).collect();
    assert_eq!(passed, [("enable.partition.eof", "false"), ("fetch.min.bytes", "7")]);
}

#[rstest]
#[case("-c prod-ue", "write prod-eu if that is meant, of prod-eu, staging")]
#[case("-c nowhere-at-all", "write one of prod-eu, staging")]
fn a_cluster_that_is_none(#[case] line: &str, #[case] expected: &str) {
    let name = &line[3..];
    let expected = format!("--cluster: '{name}' is not a cluster of the config file; {expected}");
    assert_eq!(two(line).error(), expected);
}

#[test]
fn no_cluster_at_all() {
    assert_eq!(
        World::typed("-c prod").error(),
        "--cluster: 'prod' is not a cluster of the config file; write [clusters.NAME] there, as \
         `lagtop config` shows it"
    );
    assert_eq!(
        World::typed("").config("[clusters.a]\n[clusters.'b c']").error(),
        "no cluster to connect to; write -c a, -c 'b c', or -b HOST:PORT"
    );
    assert_eq!(
        World::typed("-c a").config("\n[clusters.a]\nproduction = true").error(),
        format!(
            "{CONFIG}:2: a cluster needs brokers to start from; write bootstrap = \"HOST:PORT\""
        )
    );
}

#[test]
fn a_properties_file_is_named_from_where_the_config_file_is() {
    let config = "[clusters.x]\nproperties-file = 'x.properties'";
    let at = |path: &str, properties: &str| {
        let world = World::typed("-c x --config").flag(path).file(path, config);
        world.file(properties, "bootstrap.servers=k:1").settings()
    };
    at("etc/lagtop.toml", "etc/x.properties");
    at("lagtop.toml", "x.properties");
    let missing = World::typed("-c x").config(config).error();
    let named = PathBuf::from(CONFIG).with_file_name("x.properties");
    assert!(missing.starts_with(&format!("{CONFIG}:2: cannot read '{}'", named.display())));
}

#[test]
fn keys_are_chosen_by_the_names_of_actions() {
    let config = "[keys]\npause = ['u', 'F5']\ngroups = 7\nzoom = 'none'\nmatrix = ''\n";
    let keys = World::typed("-b k").config(config).settings().keys;
    let of = |name| keys.bindings().iter().find(|one| one.name == Some(name)).unwrap().keys(true);
    let chosen = ["pause", "groups", "zoom", "matrix", "open"].map(of);
    assert_eq!(chosen, ["u F5", "7", "", "a", "Enter"]);
}

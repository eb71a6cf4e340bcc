//! Command lines to begin with, below the help of each command.

pub(super) const ALL: &str = "\
Examples:
  lagtop -b kafka:9092                              watch a cluster
  lagtop -c prod-eu                                 a cluster of the config file
  lagtop -F client.properties                       with the properties file of a Kafka client
  lagtop -b kafka:9093 -X security.protocol=SSL -X ssl.ca.location=ca.pem
  lagtop -b kafka:9092 -g '^billing'                only some groups
  lagtop -b kafka:9092 --record incident.lagtop     and keep what is seen
  lagtop once -b kafka:9092 -o json | jq '.groups[] | {group, lag}'
  lagtop export -b kafka:9092 -g '^billing'         figures for Prometheus on port 9308
  lagtop doctor -b kafka:9092                       why a cluster cannot be reached, and what to do

Every flag has an environment variable, shown in brackets; a flag wins over its variable, both win
over the config file, which wins over the properties file. Variables of repeatable flags hold one
value a line.";

pub(super) const ONCE: &str = "\
Examples:
  lagtop once -b kafka:9092                         a table, for people
  lagtop once -b kafka:9092 -o json | jq '.groups[] | select(.lag > 1000) | .group'
  lagtop once -b kafka:9092 -o csv > lag.csv";

pub(super) const CHECK: &str = "\
Examples:
  lagtop check -b kafka:9092 -g '^billing$'         one group, judged by what is known at once
  lagtop check -b kafka:9092 --for 3m --fail-on critical
  lagtop check -b kafka:9092 --rule lag-threshold.warning=10000 --rule idle-members=off";

pub(super) const STATUS: &str = "\
Examples:
  lagtop status -b kafka:9092 -g '^billing$'
  set -g status-right '#(lagtop status -c prod-eu)'   in tmux.conf";

pub(super) const DOCTOR: &str = "\
Examples:
  lagtop doctor -b kafka:9092
  lagtop doctor -F client.properties                with what other commands are told
  lagtop doctor -F client.properties -g '^billing$'";

pub(super) const RULES: &str = "\
Examples:
  lagtop rules
  lagtop rules billing                              as the config file has them for this group
  lagtop rules --rule hot-partition.share=0.8 --rule idle-members=off";

pub(super) const CONFIG: &str = "\
Examples:
  lagtop config > ~/.config/lagtop/config.toml
  lagtop config --path";

pub(super) const EXPORT: &str = "\
Examples:
  lagtop export -b kafka:9092                       http://127.0.0.1:9308/metrics
  lagtop export -b kafka:9092 --listen 0.0.0.0:9308 --interval 5s -t '^orders'";

pub(super) const REPLAY: &str = "\
Examples:
  lagtop replay incident.lagtop --at 12m            from its 12th minute
  lagtop replay incident.lagtop --speed 10x
  lagtop replay incident.lagtop --summary > incident.md";

pub(super) const DEMO: &str = "\
Examples:
  lagtop demo
  lagtop demo --list";

pub(super) const COMPLETIONS: &str = "\
Examples:
  lagtop completions bash > ~/.local/share/bash-completion/completions/lagtop
  lagtop completions zsh > ~/.zfunc/_lagtop
  lagtop completions fish > ~/.config/fish/completions/lagtop.fish";

pub(super) const MAN: &str = "\
Examples:
  lagtop man | man -l -
  lagtop man > ~/.local/share/man/man1/lagtop.1";

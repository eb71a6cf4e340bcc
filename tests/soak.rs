//! lagtop on its screen beside three brokers on an ordinary day, of which something is broken every twenty
//! seconds; at the end its figures are those of Kafka's own tool, and it has not grown.
//!
//! Takes as many minutes as wanted, so that it is run by `benches/soak.sh`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test's helper is a failed test"
)]

#[path = "lab/mod.rs"]
mod lab;
#[path = "support/pty.rs"]
mod pty;
mod support;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::{Lab, Scenario, Sizes};
use pty::Pty;
use support::kafka::KafkaCluster;
use support::kafka::guardian::Process;
use support::wait;

/// From one fault to the next.
const EVERY: Duration = Duration::from_secs(20);
/// The longest that something stays broken: what is left of the time is for coming back.
const BROKEN: u64 = 12;
/// By then all that is shown is known, and the first of the history is kept.
const WARM: Duration = Duration::from_mins(1);
/// Until all is at rest, on a busy machine.
const REST: Duration = Duration::from_mins(2);
/// The text of one row begins with it, on its way to the clipboard.
const COPY: &[u8] = b"\x1b]52;c;";

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Freeze,
    Kill,
    Stop,
    FreezeAll,
}

/// Draws that are the same for the same seed.
struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.drawn += 1;
        let mut hasher = DefaultHasher::new();
        (self.seed, self.drawn).hash(&mut hasher);
        hasher.finish() % limit
    }
}

fn wanted(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text}")))
}

fn say(line: &str) {
    // Past libtest's capture.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[test]
#[ignore = "takes minutes; benches/soak.sh runs it"]
fn figures_are_right_and_memory_is_flat_after_faults() {
    let (minutes, seed) = (wanted("MINUTES", 10), wanted("SEED", 1));
    let cluster = support::kafka_or_skip(Lab::builder().brokers(3).heap_mib(256));
    let Some(cluster) = cluster else { return };
    let mut lab = Lab::on(cluster).unwrap();
    (Scenario::named("steady").unwrap().set_up)(&mut lab, Sizes::default()).unwrap();
    let mut pty = Pty::spawn(pty::lagtop(&["-b", &lab.cluster.bootstrap()]), 160, 45);
    pty.wait_for("nightly-report");

    let begun = Instant::now();
    let watcher = Process::from_id(&pty.id().to_string()).unwrap();
    let memory = || watcher.resident_bytes().unwrap();
    let (mut draws, mut faults, mut warm) = (Draws { seed, drawn: 0 }, 0, None);
    while begun.elapsed() + EVERY <= Duration::from_mins(minutes) {
        let next = Instant::now() + EVERY;
        say(&format!("{:>4} s: {}", begun.elapsed().as_secs(), fault(&mut lab, &mut draws)));
        faults += 1;
        lab.check().unwrap();
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        if warm.is_none() && begun.elapsed() >= WARM {
            warm = Some(memory());
        }
    }
    lab.pause();
    let partitions = wait::answer_within(REST, "Kafka's own tool and the screen agree", || {
        let told = told(&lab.cluster)?;
        let shown = shown(&mut pty)?;
        ensure!(shown == told, "the screen {shown:#?}, the tool {told:#?}");
        Ok(told.len())
    })
    .unwrap();
    let (warm, end) = (warm.context("not even a minute").unwrap(), memory());
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    say(&format!(
        "soak: {minutes} min with {faults} faults (seed {seed}): {partitions} partitions as Kafka's own \
         tool has them; {:.1} MB after 1 min, {:.1} MB at the end",
        megabytes(warm),
        megabytes(end)
    ));
    assert!(end < warm * 3 / 2, "it grows");
}

/// Breaks something, and mends it after a while; tells what it was.
fn fault(lab: &mut Lab, draws: &mut Draws) -> String {
    let cluster = lab.cluster_alone().unwrap();
    let ids = cluster.ids();
    let id = ids[usize::try_from(draws.below(3)).unwrap()];
    let fault = [Fault::Freeze, Fault::Kill, Fault::Stop, Fault::FreezeAll];
    let fault = fault[usize::try_from(draws.below(4)).unwrap()];
    let seconds = 1 + draws.below(BROKEN);
    let frozen = if matches!(fault, Fault::FreezeAll) { &ids[..] } else { &[id] };
    match fault {
        Fault::Kill => cluster.kill(id).unwrap(),
        Fault::Stop => cluster.stop(id).unwrap(),
        Fault::Freeze | Fault::FreezeAll => {
            for &id in frozen {
                cluster.freeze(id).unwrap();
            }
        }
    }
    // Not a wait for something: this long it is broken.
    std::thread::sleep(Duration::from_secs(seconds));
    match fault {
        Fault::Kill | Fault::Stop => cluster.restart(id).unwrap(),
        Fault::Freeze | Fault::FreezeAll => {
            for &id in frozen {
                cluster.thaw(id).unwrap();
            }
        }
    }
    format!("{fault:?} of broker {id} for {seconds} s")
}

/// By group, topic and partition: the position, the log's end, and who holds it.
type Figures = BTreeMap<(String, String, i32), (Option<i64>, Option<i64>, Option<String>)>;

fn told(cluster: &KafkaCluster) -> Result<Figures> {
    let rows = cluster.oracle().describe_groups()?.rows.into_iter().filter_map(|row| {
        let key = (row.group, row.topic?, row.partition?);
        Some((key, (row.current_offset, row.log_end_offset, row.client_id)))
    });
    Ok(rows.collect())
}

/// Goes through all rows of all groups, and copies each.
fn shown(pty: &mut Pty) -> Result<Figures> {
    const HOME: &str = "\x1b[H";
    const DOWN: &str = "\x1b[B";
    let mut figures = Figures::new();
    for group in 0.. {
        pty.send(&format!("1{HOME}{}2{HOME}", DOWN.repeat(group)));
        let known = figures.len();
        loop {
            let (of, figure) = read(&copied(pty)?)?;
            if figures.insert(of, figure).is_some() {
                break; // The cursor stays on the last row.
            }
            pty.send(DOWN);
        }
        if figures.len() == known {
            break; // And on the last group.
        }
    }
    Ok(figures)
}

/// Copies the selected row.
fn copied(pty: &mut Pty) -> Result<String> {
    let copies = |pty: &Pty| -> Vec<Vec<u8>> {
        let bytes = pty.bytes();
        let begins = bytes.windows(COPY.len()).enumerate().filter(|(_, at)| *at == COPY);
        let after = begins.map(|(at, _)| &bytes[at + COPY.len()..]);
        after.filter_map(|text| text.split(|&byte| byte == 7).next()).map(<[u8]>::to_vec).collect()
    };
    let before = copies(pty).len();
    pty.send("y");
    wait::answer_within(pty::DEADLINE, "a copy", || {
        let copy = copies(pty).into_iter().nth(before).context("nothing was copied")?;
        Ok(String::from_utf8(STANDARD.decode(copy)?)?)
    })
}

type Figure = ((String, String, i32), (Option<i64>, Option<i64>, Option<String>));

fn read(line: &str) -> Result<Figure> {
    let fields: BTreeMap<_, _> =
        line.split(' ').filter_map(|field| field.split_once('=')).collect();
    let text = |name: &str| -> Result<Option<String>> {
        let text = fields.get(name).with_context(|| format!("no {name} in {line:?}"))?;
        Ok(Some(*text).filter(|text| *text != "-").map(str::to_owned))
    };
    let number = |name: &str| -> Result<Option<i64>> {
        Ok(text(name)?.map(|text| text.parse()).transpose()?)
    };
    let name = |name: &str| text(name)?.with_context(|| format!("no {name} in {line:?}"));
    let partition = i32::try_from(number("partition")?.context("no partition")?)?;
    let key = (name("group")?, name("topic")?, partition);
    Ok((key, (number("committed")?, number("end")?, text("owner")?)))
}

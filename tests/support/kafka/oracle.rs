//! Kafka's own answer: `ConsumerGroupCommand --describe`, read back from the table that it prints
//! for people.
//!
//! Each group has a table of its own, whose header says where its columns begin: they are padded to
//! the longest cell, counted in UTF-16 units, as Java counts. Cutting there keeps names with
//! spaces, other scripts and escape characters as they are. What the layout cannot carry:
//! - a line feed in a name: its row is broken and ends up in [`Table::unread`];
//! - spaces at the end of a name: they look like padding and are lost;
//! - the difference between a missing value and a name `-`;
//! - a number of more than 15 digits, which pushes the columns after it.
//!
//! Groups without any commit are not printed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

use super::jars::Jars;

/// The tool.
pub(super) const CLASS: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
/// For the tool's own questions; the machine may be busy.
const TIMEOUT_MS: &str = "30000";

/// One partition of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleRow {
    /// Group id.
    pub group: String,
    /// `None` for a member without partitions.
    pub topic: Option<String>,
    /// As `topic`.
    pub partition: Option<i32>,
    /// The committed offset; `None` where nothing was committed.
    pub current_offset: Option<i64>,
    /// `None` where the tool could not learn it.
    pub log_end_offset: Option<i64>,
    /// `None` where one of the two is.
    pub lag: Option<i64>,
    /// Member id of the owner.
    pub consumer_id: Option<String>,
    /// `/127.0.0.1`.
    pub host: Option<String>,
    /// As the client names itself.
    pub client_id: Option<String>,
}

/// One member, with its partitions in the tool's notation, `topic:0,1;other:2`. Kafka 3.9 leaves
/// out the topic: `(0,1)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleMember {
    /// Group id.
    pub group: String,
    /// Member id.
    pub consumer_id: String,
    /// `group.instance.id`, where any member of the group has one.
    pub instance_id: Option<String>,
    /// `/127.0.0.1`.
    pub host: String,
    /// As the client names itself.
    pub client_id: String,
    /// How many partitions it has.
    pub partitions: usize,
    /// `None` without partitions.
    pub assignment: Option<String>,
    /// What the coordinator wants it to have; KIP-848 groups only, and not printed before 4.0.
    pub target: Option<String>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleState {
    /// Group id.
    pub group: String,
    /// `host:port  (id)`.
    pub coordinator: String,
    /// `None` for a group without members.
    pub assignor: Option<String>,
    /// "Stable", "Empty".
    pub state: String,
    /// How many members.
    pub members: usize,
}

/// Rows, and the lines that were not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<T> {
    /// Ascending.
    pub rows: Vec<T>,
    /// Lines outside of every table: broken rows, and what the tool says about groups it could not
    /// describe.
    pub unread: Vec<String>,
}

/// Asks Kafka's own tool.
#[derive(Debug)]
pub struct Oracle<'a> {
    jars: &'a Jars,
    bootstrap: String,
}

impl<'a> Oracle<'a> {
    /// For a cluster reached by a plain listener.
    pub(super) fn new(jars: &'a Jars, bootstrap: String) -> Self {
        Self { jars, bootstrap }
    }

    /// Commits, ends, lag and owners of all groups.
    pub fn describe_groups(&self) -> Result<Table<OracleRow>> {
        read_offsets(&self.ask(&["--offsets"])?)
    }

    /// Members of all groups.
    pub fn describe_members(&self) -> Result<Table<OracleMember>> {
        parse(&self.ask(&["--members", "--verbose"])?, |row| {
            Some(OracleMember {
                group: row.text("GROUP")?,
                consumer_id: row.text("CONSUMER-ID")?,
                instance_id: row.text("GROUP-INSTANCE-ID"),
                host: row.text("HOST")?,
                client_id: row.text("CLIENT-ID").unwrap_or_default(),
                partitions: row.number("#PARTITIONS")?,
                assignment: row.text("CURRENT-ASSIGNMENT").or_else(|| row.text("ASSIGNMENT")),
                target: row.text("TARGET-ASSIGNMENT"),
            })
        })
    }

    /// State of all groups.
    pub fn describe_states(&self) -> Result<Table<OracleState>> {
        parse(&self.ask(&["--state"])?, |row| {
            Some(OracleState {
                group: row.text("GROUP")?,
                coordinator: row.text("COORDINATOR (ID)")?,
                assignor: row.text("ASSIGNMENT-STRATEGY"),
                state: row.text("STATE")?,
                members: row.number("#MEMBERS")?,
            })
        })
    }

    fn ask(&self, what: &[&str]) -> Result<String> {
        let common = ["--bootstrap-server", &self.bootstrap, "--timeout", TIMEOUT_MS];
        let all = [&common, ["--describe", "--all-groups"].as_slice(), what].concat();
        let output = self.jars.run(CLASS, &all)?;
        let (text, errors) = (String::from_utf8(output.stdout)?, &output.stderr);
        // It says so in words and ends with 0.
        let failed = text.lines().find(|line| line.starts_with("Error: "));
        let success = output.status.success() && failed.is_none();
        ensure!(success, "the oracle: {text}{}", String::from_utf8_lossy(errors));
        Ok(text)
    }
}

/// Every header that the tool prints in any of its tables.
const HEADERS: [&str; 21] = [
    "GROUP",
    "TOPIC",
    "PARTITION",
    "CURRENT-OFFSET",
    "LOG-END-OFFSET",
    "LAG",
    "CONSUMER-ID",
    "HOST",
    "CLIENT-ID",
    "GROUP-INSTANCE-ID",
    "#PARTITIONS",
    "ASSIGNMENT",
    "CURRENT-EPOCH",
    "CURRENT-ASSIGNMENT",
    "TARGET-EPOCH",
    "TARGET-ASSIGNMENT",
    "UPGRADED",
    "COORDINATOR (ID)",
    "ASSIGNMENT-STRATEGY",
    "STATE",
    "#MEMBERS",
];

/// Where each column begins, in UTF-16 units.
type Columns = Vec<(&'static str, usize)>;

/// The columns of a header line; `None` for any other line.
fn columns(line: &str) -> Option<Columns> {
    let mut columns = Vec::new();
    let mut at = 0;
    // Headers are ASCII, so bytes are units.
    while let Some(rest) = line.get(at..) {
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        let cell = rest.get(gap..).filter(|cell| !cell.is_empty());
        let Some(cell) = cell else { break };
        let name = HEADERS.into_iter().filter(|name| cell.starts_with(name));
        let name = name.max_by_key(|name| name.len())?;
        at += gap;
        columns.push((name, at));
        at += name.len();
    }
    (columns.first()?.0 == "GROUP" && columns.len() > 1).then_some(columns)
}

/// The cells of one line by header.
struct Row(BTreeMap<&'static str, String>);

impl Row {
    /// `None` when there is no space before a column, or the text is cut inside of a character: the
    /// line does not follow the header.
    fn cut(line: &str, columns: &Columns) -> Option<Self> {
        let units: Vec<u16> = line.encode_utf16().collect();
        let ends = columns.iter().skip(1).map(|(_, begin)| *begin).chain([units.len()]);
        let cells = columns.iter().zip(ends).map(|((name, begin), end)| {
            let cell = units.get(*begin..end)?;
            let last = end == units.len();
            (last || cell.last() == Some(&u16::from(b' '))).then_some(())?;
            let text = String::from_utf16(cell).ok()?;
            Some((*name, text.trim_end_matches(' ').to_owned()))
        });
        cells.collect::<Option<_>>().map(Self)
    }

    /// `None` for `-`, for an empty cell and for a column that this table does not have.
    fn text(&self, header: &str) -> Option<String> {
        self.0.get(header).filter(|cell| !cell.is_empty() && *cell != "-").cloned()
    }

    fn number<N: std::str::FromStr>(&self, header: &str) -> Option<N> {
        self.text(header)?.parse().ok()
    }

    /// Whether each number is one or missing: else the columns have moved.
    fn is_sound(&self) -> bool {
        const NUMBERS: [&str; 4] = ["PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG"];
        NUMBERS
            .iter()
            .filter_map(|header| self.text(header))
            .all(|cell| cell.parse::<i64>().is_ok())
    }
}

/// The tables of `--describe --offsets`.
pub fn read_offsets(text: &str) -> Result<Table<OracleRow>> {
    parse(text, |row| {
        Some(OracleRow {
            group: row.text("GROUP")?,
            topic: row.text("TOPIC"),
            partition: row.number("PARTITION"),
            current_offset: row.number("CURRENT-OFFSET"),
            log_end_offset: row.number("LOG-END-OFFSET"),
            lag: row.number("LAG"),
            consumer_id: row.text("CONSUMER-ID"),
            host: row.text("HOST"),
            client_id: row.text("CLIENT-ID"),
        })
    })
}

/// Reads what the tool printed.
fn parse<T: Ord>(text: &str, read: impl Fn(&Row) -> Option<T>) -> Result<Table<T>> {
    let mut header: Option<Columns> = None;
    let mut table = Table { rows: Vec::new(), unread: Vec::new() };
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        if let Some(columns) = columns(line) {
            header = Some(columns);
            continue;
        }
        let row = header.as_ref().and_then(|columns| Row::cut(line, columns));
        match row.filter(Row::is_sound).and_then(|row| read(&row)) {
            Some(row) => table.rows.push(row),
            None => table.unread.push(line.to_owned()),
        }
    }
    ensure!(text.is_empty() || header.is_some(), "no table in the oracle's answer: {text}");
    table.rows.sort();
    Ok(table)
}

//! What waits on a partition, when a person looks at it.

use crate::lab::{Keys, Producer};
use crate::pty::{DEADLINE, Pty};
use crate::read::wait_for_rows;
use crate::{NARROW, WIDE, command, support};

#[test]
fn a_look_says_what_it_will_read_then_what_it_read_and_values_only_when_asked() {
    let Some(cluster) = support::shared_kafka_or_skip() else { return };
    let (admin, bootstrap) = (cluster.admin().unwrap(), cluster.bootstrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(admin.create_topic("deal_changed", 1, 1)).unwrap();
    let runs = Producer {
        keys: Keys::Runs { partition: 0, length: 30 },
        record_bytes: 2_000,
        limit: Some(60),
        ..Producer::to("deal_changed", f64::INFINITY)
    };
    runs.spawn(&bootstrap).unwrap().finish().unwrap();
    admin.commit("publisher", "deal_changed", &[(0, 10)]).unwrap();
    for size in [WIDE, NARROW] {
        let mut command = command(&bootstrap);
        command.args(["-g", "^publisher$"]);
        let mut pty = Pty::spawn(command, size.0, size.1);
        pty.send("2");
        wait_for_rows(&pty, "the partition", |rows| rows.iter().any(|row| row[0] == "0"));
        pty.send("o");
        pty.wait_for("READ the topic deal_changed");
        pty.wait_for("50 offsets, up to the high watermark at 60");
        assert!(!pty.text().contains("in a row"), "nothing is read yet:\n{}", pty.text());
        pty.send("\r");
        pty.wait_for("50 records of 2.01 kB each, 30 in a row with the same key");
        pty.wait_for("\"deal-1\"");
        pty.send("G");
        pty.wait_for("59  ");
        assert!(!pty.text().contains("xxxx"), "values are not shown:\n{}", pty.text());
        pty.send("v");
        pty.wait_for("xxxx");
        pty.send("v");
        pty.wait_until("values forgotten", |screen| !screen.contents().contains("xxxx"));
        pty.send("q");
        assert_eq!(pty.exit_code(DEADLINE), 0);
    }
}

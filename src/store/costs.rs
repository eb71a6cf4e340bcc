//! What records cost a process, window by window, over all the time that it is watched: what creeps may take
//! minutes or days.

use std::sync::Arc;

use crate::model::process::RecordCost;

/// So many windows are kept; before there are more, each two neighbours become one.
const KEPT: usize = 180;

/// Windows are ended by looks a second apart: two that fit into a long one may take a little longer.
const ROOM: f64 = 1.1;

/// All of `kept` and `newest`, which joins the last where the others are longer than both.
pub(super) fn with(kept: &[RecordCost], newest: RecordCost) -> Arc<[RecordCost]> {
    let mut costs = kept.to_vec();
    let longest = costs.iter().map(|cost| cost.seconds).fold(0.0, f64::max);
    let fits = |last: &&mut RecordCost| last.seconds + newest.seconds <= longest * ROOM;
    if let Some(last) = costs.last_mut().filter(fits) {
        *last = last.and(newest);
    } else {
        costs.push(newest);
    }
    if costs.len() > KEPT {
        costs = costs
            .chunks(2)
            .filter_map(|pair| pair.iter().copied().reduce(RecordCost::and))
            .collect();
    }
    costs.into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn the_longer_it_lasts_the_longer_its_windows_are() {
        let mut costs: Arc<[RecordCost]> = Arc::default();
        let mut now = Timestamp::default();
        for nth in 0..1_000 {
            let to = now.plus(Duration::from_secs(10));
            let cpu_us = 1_000.0 * f64::from(nth);
            costs =
                with(&costs, RecordCost { from: now, to, seconds: 10.0, cpu_us, records: 50.0 });
            now = to;
            assert!(costs.len() <= KEPT);
            assert_eq!(costs.first().map(|cost| cost.from), Some(Timestamp::default()));
            assert_eq!(costs.last().map(|cost| cost.to), Some(now));
            let records: f64 = costs.iter().map(|cost| cost.records).sum();
            assert!((records - f64::from(nth + 1) * 50.0).abs() < 1e-6);
        }
        let rises = costs.windows(2).all(|pair| pair[0].micros() < pair[1].micros());
        assert!(rises && costs.len() >= KEPT / 3, "{} windows", costs.len());
        assert!(costs.iter().all(|cost| (cost.rate() - 5.0).abs() < 1e-9));
    }
}

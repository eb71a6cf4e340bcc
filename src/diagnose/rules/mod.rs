//! One file a rule.

mod cpu_per_record;
mod falling_behind;
mod group_gone_quiet;
mod hot_partition;
mod idle_members;
mod lag_threshold;
mod logs;
mod negative_lag;
mod rebalance_storm;
mod records_lost;
mod retention_risk;
mod rewound;
mod stalled_partition;
mod stop_and_go;
mod stuck_rebalance;
mod too_few_partitions;
mod unowned_partitions;

pub use cpu_per_record::CpuPerRecord;
pub use falling_behind::FallingBehind;
pub use group_gone_quiet::GroupGoneQuiet;
pub use hot_partition::HotPartition;
pub use idle_members::IdleMembers;
pub use lag_threshold::LagThreshold;
pub use logs::{NoLeader, UnderReplicated};
pub use negative_lag::NegativeLag;
pub use rebalance_storm::RebalanceStorm;
pub use records_lost::RecordsLost;
pub use retention_risk::RetentionRisk;
pub use rewound::Rewound;
pub use stalled_partition::StalledPartition;
pub use stop_and_go::StopAndGo;
pub use stuck_rebalance::StuckRebalance;
pub use too_few_partitions::TooFewPartitions;
pub use unowned_partitions::UnownedPartitions;

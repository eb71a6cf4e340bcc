//! The host as a whole, by sysinfo.

use sysinfo::{MemoryRefreshKind, System as Sysinfo};

use crate::model::Fault;
use crate::model::process::{HostSample, Hundredths, Pressure, Reading};

/// One reader for one cadence: sysinfo's figures are since the refresh before, whoever asked for that.
#[derive(Default)]
pub(super) struct System {
    known: Option<Sysinfo>,
}

impl System {
    /// The host now; `None` where sysinfo knows nothing of the system.
    pub(super) fn sample(&mut self) -> Option<HostSample> {
        let first = self.known.is_none();
        if first {
            self.known = Sysinfo::new().ok();
        }
        let system = self.known.as_mut()?;
        system.refresh_cpu_usage();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let cpu = f64::from(system.global_cpu_usage());
        Some(HostSample {
            name: Sysinfo::host_name().ok().map(Into::into),
            cores: u32::try_from(system.cpus().len()).unwrap_or(u32::MAX),
            // sysinfo says 0 when it has nothing to compare with.
            cpu: (!first).then(|| hundredths(cpu)),
            load: load(),
            memory_total: system.total_memory(),
            memory_available: system.available_memory(),
            pressure: pressure(),
        })
    }
}

fn load() -> Reading<[Hundredths; 3]> {
    let load = Sysinfo::load_average()
        .map_err(|error| Fault::new("NOT_READ", &format!("load average: {error:?}")))?;
    Ok([load.one, load.five, load.fifteen].map(hundredths))
}

#[cfg(target_os = "linux")]
fn pressure() -> Reading<Pressure> {
    super::linux::pressure()
}

#[cfg(not(target_os = "linux"))]
fn pressure() -> Reading<Pressure> {
    Err(Fault::new("NOT_ON_THIS_SYSTEM", "pressure: only Linux measures it"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn hundredths(value: f64) -> Hundredths {
    Hundredths((value * 100.0).round() as u32)
}

//! The layers, of which the first that sets something decides it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::ValueEnum;

use super::places::Places;
use super::values::{TIMEOUTS, duration, milliseconds, pprof, regex, switch, wrong};
use super::{
    DEFAULT_CLIENT_ID, DEFAULT_LISTEN, DEFAULT_MAX_REQUESTS, DEFAULT_RECORD_LIMIT, DEFAULT_TIMEOUT,
    MAX_REQUESTS, SPEEDS,
};
use crate::config::bootstrap::HostPort;
use crate::config::connection::Connection;
use crate::config::error::ConfigError;
use crate::config::layer::{Given, Inline, Layer};
use crate::config::properties::{Collected, Properties, Role, security, unicode};
use crate::config::settings::{Looks, NameFilter, Processes, Recording};
use crate::config::system::System;

/// Layers of which the first that sets something decides it.
pub(super) struct Highest<'a>(pub(super) &'a [Layer]);

impl<'a> Highest<'a> {
    pub(super) fn one(&self, of: impl Fn(&Layer) -> &Option<Given>) -> Option<&'a Given> {
        self.0.iter().find_map(|layer| of(layer).as_ref())
    }

    pub(super) fn choice<T: ValueEnum + Default>(
        &self,
        of: impl Fn(&Layer) -> &Option<Given>,
    ) -> Result<T, ConfigError> {
        let Some(given) = self.one(of) else { return Ok(T::default()) };
        let text = unicode(given)?;
        if let Ok(choice) = T::from_str(text, true) {
            return Ok(choice);
        }
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        Err(wrong(given, text, "one of the choices", names.join(" or ")))
    }

    pub(super) fn switch(
        &self,
        of: impl Fn(&Layer) -> &Option<Given>,
    ) -> Result<bool, ConfigError> {
        self.one(of).map_or(Ok(false), switch)
    }

    pub(super) fn looks(&self) -> Result<Looks, ConfigError> {
        Ok(Looks {
            color: self.choice(|l| &l.color)?,
            theme: self.choice(|l| &l.theme)?,
            ascii: self.switch(|l| &l.ascii)?,
        })
    }

    pub(super) fn recording(&self) -> Result<Recording, ConfigError> {
        let limit = match self.one(|l| &l.record_limit) {
            Some(given) => {
                let text = unicode(given)?;
                let size = text.trim().parse::<ByteSize>();
                size.map_err(|_unsaid| wrong(given, text, "a size", "as in 500MB or 2GB"))?.as_u64()
            }
            None => DEFAULT_RECORD_LIMIT,
        };
        let redact = self.switch(|l| &l.redact)?;
        let path = self.one(|l| &l.record).map(|given| PathBuf::from(&given.text));
        Ok(Recording { path, limit, redact })
    }

    pub(super) fn max_requests(&self) -> Result<u32, ConfigError> {
        let Some(given) = self.one(|l| &l.max_requests) else { return Ok(DEFAULT_MAX_REQUESTS) };
        let text = unicode(given)?;
        let number = text.trim().parse().ok().filter(|number| MAX_REQUESTS.contains(number));
        number.ok_or_else(|| wrong(given, text, "a number of requests", "1 to 10000"))
    }

    pub(super) fn speed(&self) -> Result<f64, ConfigError> {
        let Some(given) = self.one(|l| &l.speed) else { return Ok(1.0) };
        let text = unicode(given)?;
        let factor = text.trim().trim_end_matches(['x', 'X']).parse::<f64>();
        let factor = factor.ok().filter(|factor| SPEEDS.contains(factor));
        factor.ok_or_else(|| wrong(given, text, "a factor", "0.1x to 1000x, as in 10x"))
    }

    pub(super) fn listen(&self) -> Result<SocketAddr, ConfigError> {
        let Some(given) = self.one(|l| &l.listen) else { return Ok(DEFAULT_LISTEN) };
        let text = unicode(given)?;
        let instead = "as in 127.0.0.1:9308, or [::]:9308 for every interface";
        text.trim().parse().map_err(|_unsaid| wrong(given, text, "an address and a port", instead))
    }

    /// A layer's expressions replace those of the layers below: a filter is one setting.
    pub(super) fn filter(
        &self,
        of: impl Fn(&Layer) -> &Vec<Given>,
    ) -> Result<NameFilter, ConfigError> {
        let given = self.0.iter().map(of).find(|given| !given.is_empty());
        given.into_iter().flatten().map(regex).collect::<Result<_, _>>().map(NameFilter::new)
    }

    pub(super) fn processes(&self) -> Result<Processes, ConfigError> {
        let pids = self.0.iter().map(|layer| &layer.pids).find(|given| !given.is_empty());
        let pids = pids.into_iter().flatten().map(|given| {
            let text = unicode(given)?;
            let refused = || wrong(given, text, "a process id", "a number, as ps shows it");
            text.trim().parse().map_err(|_unsaid| refused())
        });
        Ok(Processes {
            pids: pids.collect::<Result<_, _>>()?,
            matching: self.one(|l| &l.process).map(regex).transpose()?,
            pprof: self.one(|l| &l.pprof).map(pprof).transpose()?,
        })
    }

    /// Within a layer, a flag of its own stands above the same setting as a property.
    pub(super) fn properties(&self, places: &Places<'_>) -> Result<Properties, ConfigError> {
        let mut properties = Collected::default();
        for (at, layer) in self.0.iter().enumerate() {
            if let Some(given) = &layer.bootstrap {
                properties.add_flag(rank_of_flag(at), Role::Bootstrap, given)?;
            }
            properties.add_given(rank_of_property(at), &layer.properties)?;
            for Inline { key, value, from } in &layer.inline {
                let (value, from) = (value.clone(), from.clone());
                properties.add_by_hand(rank_of_property(at), key, value, from)?;
            }
        }
        if let Some(given) = self.one(|l| &l.properties_file) {
            let path = PathBuf::from(&given.text);
            let content = places.system.read(&path).map_err(|source| {
                let from = given.from.clone();
                ConfigError::Unreadable { from, path: path.clone(), source }
            })?;
            properties.add_file(rank_of_flag(self.0.len()), &path, &content)?;
        }
        properties.fetch(places.vault())
    }

    pub(super) fn connection(
        &self,
        properties: &mut Properties,
        system: &dyn System,
    ) -> Result<Option<Connection>, ConfigError> {
        let Some(bootstrap) = properties.get(Role::Bootstrap) else { return Ok(None) };
        let bootstrap = HostPort::parse_list(bootstrap.text()).map_err(|(text, problem)| {
            ConfigError::Bootstrap { from: bootstrap.from.clone(), text, problem }
        })?;
        let client_id = properties.get(Role::ClientId).map_or(DEFAULT_CLIENT_ID, |p| p.text());
        let client_id = client_id.to_owned();
        let request_timeout = self.request_timeout(properties)?;
        let connect_timeout = match properties.get(Role::ConnectTimeout) {
            Some(property) => milliseconds(property)?,
            None => request_timeout,
        };
        let security = security(properties, &|path| system.read(path))?;
        let passed_through = std::mem::take(&mut properties.passed_through);
        Ok(Some(Connection {
            bootstrap,
            client_id,
            security,
            request_timeout,
            connect_timeout,
            passed_through,
        }))
    }

    /// `--timeout` reads as people write durations, the properties beside it as milliseconds.
    fn request_timeout(&self, properties: &Properties) -> Result<Duration, ConfigError> {
        let mut layers = self.0.iter().enumerate();
        let flag = layers.find_map(|(at, l)| Some((rank_of_flag(at), l.timeout.as_ref()?)));
        match (flag, properties.get(Role::RequestTimeout)) {
            (Some((rank, _)), Some(property)) if property.rank < rank => milliseconds(property),
            (Some((_, given)), _) => duration(given, TIMEOUTS),
            (None, Some(property)) => milliseconds(property),
            (None, None) => Ok(DEFAULT_TIMEOUT),
        }
    }
}

fn rank_of_flag(layer: usize) -> usize {
    2 * layer
}

fn rank_of_property(layer: usize) -> usize {
    2 * layer + 1
}

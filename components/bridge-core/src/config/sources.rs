//! From where requests about a server may come.

use core::net::IpAddr;

use ipnet::IpNet;

use super::Wrong;
use super::fields::Fields;

/// Addresses and networks; none allow all.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources(Vec<IpNet>);

impl Sources {
    pub(super) fn read(fields: &mut Fields<'_>, name: &'static str) -> Self {
        let texts = fields.texts(name);
        let nets: Vec<IpNet> = texts.iter().filter_map(|text| net(text)).collect();
        if nets.len() != texts.len() {
            fields.fault(name, Wrong::Sources);
        }
        Self(nets)
    }

    /// Whether requests may come from `source`. An address that is not known is on no list.
    pub(super) fn admit(&self, source: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || source.is_some_and(|source| {
                let source = source.to_canonical();
                self.0.iter().any(|net| net.contains(&source))
            })
    }
}

fn net(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

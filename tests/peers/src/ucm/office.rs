//! The office behind a device: who sits there, and how its numbers are laid out.

use chrono_tz::Tz;

use super::country::Country;

/// One extension.
#[derive(Debug, Clone)]
pub struct Extension {
    /// Its number.
    pub number: String,
    /// The person's name.
    pub name: String,
    /// Model of the phone, as `listAccount` and `device_info_peer` show it.
    pub phone: String,
    /// Last byte of the phone's address.
    pub host: u8,
    /// Whether a phone is registered.
    pub is_registered: bool,
}

/// One VoIP trunk.
#[derive(Debug, Clone)]
pub struct Trunk {
    /// `trunk_2`: how channels and `channel_ext` name it.
    pub index: String,
    /// Its display name.
    pub name: String,
    /// The number that callers dial, in E.164.
    pub did_e164: String,
    /// The same as the trunk delivers it.
    pub did: String,
}

/// Extensions, groups, queue, IVR and trunks of a device.
#[derive(Debug, Clone)]
pub struct Office {
    /// Where it is.
    pub country: Country,
    /// The zone of its wall clock.
    pub zone: Tz,
    /// Everybody, in order.
    pub extensions: Vec<Extension>,
    /// The lines to the world; the first is used unless a call says otherwise.
    pub trunks: Vec<Trunk>,
    /// The ring group's number.
    pub ring_group: String,
    /// The queue's number.
    pub queue: String,
    /// How many of the extensions are the queue's agents.
    pub queue_agents: usize,
    /// The voice menu's number.
    pub ivr: String,
}

/// Number of the first extension; the others follow.
const FIRST_EXTENSION: u32 = 1001;
/// Extensions enough for a ring group of more than eleven members.
pub(crate) const EXTENSIONS: usize = 14;
/// The office must end before the number of its ring group.
const MOST_EXTENSIONS: usize = 5_000;
/// Every so many extensions, one has no phone.
const WITHOUT_PHONE_EVERY: usize = 14;
/// The seed of the names of an office, which do not depend on its traffic.
const NAMES_SEED: u64 = 0x0ff1ce;

impl Office {
    /// An office of fourteen extensions and two trunks.
    pub fn new(country: Country, zone: Tz) -> Self {
        Self::of(EXTENSIONS, country, zone)
    }

    /// An office of so many extensions (5,000 at most), the first fourteen of which are those of every office.
    pub fn of(extensions: usize, country: Country, zone: Tz) -> Self {
        let mut random = fastrand::Rng::with_seed(NAMES_SEED);
        let extensions = (0..extensions.min(MOST_EXTENSIONS))
            .map(|n| Extension {
                number: (FIRST_EXTENSION + n as u32).to_string(),
                name: country.random_name(&mut random),
                phone: if n % 3 == 0 { "GXP2170" } else { "GRP2614" }.to_owned(),
                host: 10 + (n % 240) as u8,
                is_registered: (n + 1) % WITHOUT_PHONE_EVERY != 0,
            })
            .collect();
        Self {
            country,
            zone,
            extensions,
            trunks: (0..2).map(|n| Trunk::new(country, n)).collect(),
            ring_group: "6400".to_owned(),
            queue: "6500".to_owned(),
            queue_agents: 3,
            ivr: "7000".to_owned(),
        }
    }

    pub(crate) fn extension(&self, number: &str) -> Option<&Extension> {
        self.extensions.iter().find(|e| e.number == number)
    }

    /// Display name of an extension, or its number when there is no such extension.
    pub(crate) fn name_of(&self, number: &str) -> String {
        self.extension(number)
            .map_or_else(|| number.to_owned(), |e| e.name.clone())
    }

    pub(crate) fn trunk(&self, index: usize) -> &Trunk {
        &self.trunks[index % self.trunks.len()]
    }

    /// The numbers of the queue's agents.
    pub(crate) fn agents(&self) -> Vec<String> {
        let agents = self.extensions.iter().take(self.queue_agents);
        agents.map(|e| e.number.clone()).collect()
    }
}

impl Trunk {
    fn new(country: Country, n: usize) -> Self {
        let did_e164 = country.office_number(n);
        Self {
            index: format!("trunk_{}", n + 2),
            name: ["mytrunk", "backup"][n % 2].to_owned(),
            did: country.national(&did_e164),
            did_e164,
        }
    }
}

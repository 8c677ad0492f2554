//! One phone.

use super::fetch::Remembered;

/// A desk phone at an extension.
#[derive(Debug, Clone)]
pub struct Phone {
    /// The extension of its first account.
    pub extension: String,
    /// Its hardware address: twelve hexadecimal digits.
    pub mac: String,
    /// What it is.
    pub model: Model,
    /// Its address in the office.
    pub ip: String,
    pub(super) remembered: Remembered,
}

/// Models, for what they can hold and how they call themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// A GXP1625.
    Gxp1625,
    /// A GXP2170.
    Gxp2170,
    /// A GRP2614.
    Grp2614,
}

impl Phone {
    /// The phone at this place of a fleet: models alternate, addresses count.
    pub(super) fn numbered(place: usize, extension: &str) -> Self {
        const MODELS: [Model; 3] = [Model::Gxp2170, Model::Grp2614, Model::Gxp1625];
        Self {
            extension: extension.to_owned(),
            mac: format!("000b82{place:06x}"),
            model: MODELS[place % MODELS.len()],
            ip: format!("192.0.2.{}", 1 + place % 254),
            remembered: Remembered::default(),
        }
    }

    /// How it names itself over HTTP, with the model and the hardware address, which some firmware writes with colons.
    pub fn user_agent(&self) -> String {
        let mac = match self.model {
            Model::Gxp1625 | Model::Gxp2170 => self.mac.clone(),
            Model::Grp2614 => {
                let mac = self.mac.to_uppercase();
                let pairs: Vec<&str> = (0..6).map(|pair| &mac[2 * pair..2 * pair + 2]).collect();
                pairs.join(":")
            }
        };
        let (model, version) = (self.model.name(), self.model.version());
        format!("Grandstream Model HW {model} SW {version} DevId {mac}")
    }
}

impl Model {
    /// Its name on the box.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gxp1625 => "GXP1625",
            Self::Gxp2170 => "GXP2170",
            Self::Grp2614 => "GRP2614",
        }
    }

    /// How many contacts its phonebook holds.
    pub fn capacity(self) -> usize {
        match self {
            Self::Gxp1625 => 500,
            Self::Gxp2170 | Self::Grp2614 => 2_000,
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Gxp1625 => "1.0.7.6",
            Self::Gxp2170 => "1.0.11.64",
            Self::Grp2614 => "1.0.9.14",
        }
    }
}

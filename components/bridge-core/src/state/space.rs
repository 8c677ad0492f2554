//! The name space of one application.
//!
//! Spin's Redis store shows every application on it the same keys. So each key begins with a name that one application has for itself, and
//! what has another name is never seen. Keys are of letters, digits and `-_:`, which every provider takes: Azure Cosmos refuses `/ \ ? #`.

/// A name that keys cannot begin with; the text is the end of a sentence that begins with the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be at most {MOST_BYTES} of a-z, 0-9, - and _: a name that no other application on this store has"
)]
pub struct NoSpace;

/// Puts the keys of one application under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space(String);

impl Space {
    /// The name space called `name`; without a name the usual one.
    ///
    /// # Errors
    /// [`NoSpace`] where keys could not begin with the name.
    pub fn named(name: &str) -> Result<Self, NoSpace> {
        let is_simple =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        match name.trim() {
            "" => Ok(Self(USUAL.to_owned())),
            name if name.len() <= MOST_BYTES && name.chars().all(is_simple) => {
                Ok(Self(name.to_owned()))
            }
            _ => Err(NoSpace),
        }
    }

    /// What `key` is called in the store.
    pub fn outside(&self, key: &str) -> String {
        match key.strip_prefix(FORMER) {
            Some(former) => former.to_owned(),
            None => format!("{}:{key}", self.0),
        }
    }

    /// What is called `key` in the store, if it belongs to this application. The version before had no name spaces: what it has left is the
    /// application's with the usual name, and is called by its old key behind `FORMER`.
    pub fn inside(&self, key: &str) -> Option<String> {
        let own = key
            .strip_prefix(&self.0)
            .and_then(|rest| rest.strip_prefix(':'));
        match own {
            Some(own) => Some(own.to_owned()),
            None if self.0 == USUAL && is_former(key) => Some(format!("{FORMER}{key}")),
            None => None,
        }
    }
}

/// Whether the version before had such a key.
fn is_former(key: &str) -> bool {
    FORMER_KEYS.contains(&key) || FORMER_FOLDERS.iter().any(|folder| key.starts_with(folder))
}

/// The name of an application whose settings give it none.
const USUAL: &str = "ucm-odoo";
/// Longest name, in bytes: the longest key stays well below the 256 that Spin documents.
const MOST_BYTES: usize = 32;
/// What keys of the version before begin with here, and no other key does.
pub(super) const FORMER: char = '/';
const FORMER_KEYS: [&str; 6] = [
    "schedule",
    "directory",
    "shown",
    "menu",
    "odoo",
    "odoo-seen",
];
const FORMER_FOLDERS: [&str; 3] = ["server/", "inbox/", "listens/"];

#[cfg(test)]
mod tests {
    use super::Space;

    #[test]
    fn what_has_another_name_is_not_seen() {
        let (ours, theirs) = (Space::named("a").unwrap(), Space::named("ab").unwrap());
        let key = ours.outside("server:paris:session");
        assert_eq!(key, "a:server:paris:session");
        assert_eq!(ours.inside(&key).unwrap(), "server:paris:session");
        assert_eq!(theirs.inside(&key), None);
        assert_eq!(ours.inside(&theirs.outside("schedule")), None);
    }

    #[test]
    fn only_the_usual_name_has_what_the_version_before_has_left() {
        let usual = Space::named("").unwrap();
        for key in ["inbox/paris/0001-0a-1", "server/paris/digest", "odoo"] {
            let inside = usual.inside(key).unwrap();
            assert_eq!(usual.outside(&inside), key);
            assert_eq!(Space::named("a").unwrap().inside(key), None);
        }
        for key in ["sessions/1", "odoos", "somebody:else"] {
            assert_eq!(usual.inside(key), None, "{key}");
        }
    }

    #[test]
    fn a_name_is_short_and_simple() {
        for name in ["a/b", "a:b", "A", "é", &"a".repeat(33)] {
            assert!(Space::named(name).is_err(), "{name}");
        }
        assert!(Space::named(&"a".repeat(32)).is_ok());
    }
}

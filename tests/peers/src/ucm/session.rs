//! Challenges, cookies, and the lock after too many wrong passwords.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use md5::{Digest, Md5};

use super::wire::status;

/// A session ends after ten minutes without a request.
pub(crate) const IDLE_LIFETIME: TimeDelta = TimeDelta::seconds(600);
/// Wrong passwords before the user is locked out.
const LOGIN_TRIES: u32 = 5;
/// How long a lock lasts.
const LOCK_LIFETIME: TimeDelta = TimeDelta::seconds(300);
/// How long a challenge waits for its login.
const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// Who is logged in, and who is trying to.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    challenges: Vec<(String, DateTime<Utc>)>,
    cookies: HashMap<String, Session>,
    failures: u32,
    locked_until: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Session {
    last_used: DateTime<Utc>,
    requests: u32,
}

/// Why a login failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LoginError {
    /// -37, with the tries that remain.
    Wrong { remain: u32 },
    /// -68, with the seconds that the lock still lasts.
    Locked { remain_secs: i64 },
}

impl Sessions {
    /// A new challenge: a zero-padded decimal text of 16 characters.
    pub(crate) fn challenge(&mut self, now: DateTime<Utc>) -> String {
        let challenge = format!("{:016}", fastrand::u32(1_000_000..));
        self.challenges
            .retain(|(_, at)| now - *at < CHALLENGE_LIFETIME);
        self.challenges.push((challenge.clone(), now));
        challenge
    }

    /// Logs in with `token`, the MD5 of a challenge that still waits and the password.
    pub(crate) fn login(
        &mut self,
        token: &str,
        password: &str,
        now: DateTime<Utc>,
    ) -> Result<String, LoginError> {
        if let Some(until) = self.locked_until.filter(|until| now < *until) {
            return Err(LoginError::Locked {
                remain_secs: (until - now).num_seconds(),
            });
        }
        self.challenges
            .retain(|(_, at)| now - *at < CHALLENGE_LIFETIME);
        let answered =
            |(challenge, _): &(String, _)| md5_hex(&format!("{challenge}{password}")) == token;
        let Some(at) = self.challenges.iter().position(answered) else {
            return Err(self.wrong(now));
        };
        self.challenges.remove(at);
        Ok(self.open(now))
    }

    /// Counts a wrong password.
    pub(crate) fn wrong(&mut self, now: DateTime<Utc>) -> LoginError {
        self.failures += 1;
        if self.failures < LOGIN_TRIES {
            return LoginError::Wrong {
                remain: LOGIN_TRIES - self.failures,
            };
        }
        self.failures = 0;
        self.locked_until = Some(now + LOCK_LIFETIME);
        LoginError::Locked {
            remain_secs: LOCK_LIFETIME.num_seconds(),
        }
    }

    /// A new session's cookie, `sid<digits>-<epoch>`.
    pub(crate) fn open(&mut self, now: DateTime<Utc>) -> String {
        (self.failures, self.locked_until) = (0, None);
        let cookie = format!(
            "sid{}-{}",
            fastrand::u32(1_000_000..1_000_000_000),
            now.timestamp()
        );
        self.cookies.insert(
            cookie.clone(),
            Session {
                last_used: now,
                requests: 0,
            },
        );
        cookie
    }

    /// Whether `cookie` is a session, which then lives on; else the status to answer with.
    pub(crate) fn check(
        &mut self,
        cookie: Option<&str>,
        max_requests: Option<u32>,
        now: DateTime<Utc>,
    ) -> Result<(), i64> {
        let Some(cookie) = cookie.filter(|cookie| !cookie.is_empty()) else {
            return Err(status::NEED_AUTHENTICATION);
        };
        let Some(session) = self.cookies.get_mut(cookie) else {
            return Err(status::COOKIE_ERROR);
        };
        let is_worn = max_requests.is_some_and(|max| session.requests >= max);
        if is_worn || now - session.last_used > IDLE_LIFETIME {
            self.cookies.remove(cookie);
            return Err(status::COOKIE_ERROR);
        }
        session.last_used = now;
        session.requests += 1;
        Ok(())
    }

    pub(crate) fn close(&mut self, cookie: &str) {
        self.cookies.remove(cookie);
    }

    /// What a restart of the device leaves: nothing.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

pub(crate) fn md5_hex(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_771_597_757 + secs, 0).expect("a valid epoch")
    }

    fn logged_in(sessions: &mut Sessions) -> String {
        let challenge = sessions.challenge(at(0));
        assert_eq!(challenge.len(), 16);
        let token = md5_hex(&format!("{challenge}secret"));
        sessions
            .login(&token, "secret", at(0))
            .expect("the right token")
    }

    #[test]
    fn a_session_lives_as_long_as_it_is_used() {
        let mut sessions = Sessions::default();
        let cookie = logged_in(&mut sessions);
        assert_eq!(sessions.check(Some(&cookie), None, at(600)), Ok(()));
        assert_eq!(sessions.check(Some(&cookie), None, at(1_200)), Ok(()));
        assert_eq!(
            sessions.check(Some(&cookie), None, at(1_801)),
            Err(status::COOKIE_ERROR)
        );
        assert_eq!(
            sessions.check(None, None, at(0)),
            Err(status::NEED_AUTHENTICATION)
        );
    }

    #[test]
    fn a_challenge_serves_once() {
        let mut sessions = Sessions::default();
        let challenge = sessions.challenge(at(0));
        let token = md5_hex(&format!("{challenge}secret"));
        assert!(sessions.login(&token, "secret", at(0)).is_ok());
        assert!(sessions.login(&token, "secret", at(0)).is_err());
    }

    #[test]
    fn the_fifth_wrong_password_locks_and_time_unlocks() {
        let mut sessions = Sessions::default();
        for remain in [4, 3, 2, 1] {
            assert_eq!(
                sessions.login("x", "secret", at(0)),
                Err(LoginError::Wrong { remain })
            );
        }
        let locked = Err(LoginError::Locked { remain_secs: 300 });
        assert_eq!(sessions.login("x", "secret", at(0)), locked);
        let challenge = sessions.challenge(at(299));
        let token = md5_hex(&format!("{challenge}secret"));
        let locked = Err(LoginError::Locked { remain_secs: 1 });
        assert_eq!(sessions.login(&token, "secret", at(299)), locked);
        assert!(sessions.login(&token, "secret", at(300)).is_ok());
    }
}

//! `simulated-phones`: a fleet of desk phones; lines on the standard input say what happens at them.

use std::io::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use chrono::{SecondsFormat, Utc};
use clap::Parser;
use peers::phones::{
    ActionUrls, Answer, BookSettings, Caller, Fetched, Fleet, Habits, Heard, Ring,
};
use url::Url;

/// A fleet of simulated desk phones (GXP, GRP), which call the bridge's addresses for each event and fetch their phonebook.
///
/// What happens at them is said by lines on the standard input. Each event is printed with the moment at which its request was sent, in UTC.
#[derive(Debug, Parser)]
#[command(name = "simulated-phones", after_long_help = LINES)]
struct Options {
    /// Address that the phones call, up to the secret: `http://host/ring/SERVER/SECRET`.
    #[arg(long, value_name = "URL", value_parser = http)]
    ring: Url,

    /// Address under which their phonebook is, up to the secret: `http://host/phonebook/SERVER/SECRET`.
    #[arg(long, value_name = "URL", value_parser = http)]
    phonebook: Option<Url>,

    /// Extensions of the phones: single ones, and ranges such as 1001-1200.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1001-1003",
        value_name = "EXTENSION"
    )]
    phones: Vec<String>,

    /// Escape values, which no phone was seen to do.
    #[arg(long)]
    escapes: bool,

    /// Send every event twice.
    #[arg(long)]
    twice: bool,
}

const LINES: &str = "\
Lines:
  ring 1001 1002 from 0199000012    one call rings at these phones; from anonymous: it is withheld
  answer 1002                       somebody picks up there; the others see a missed call
  to 1003                           nobody picks up, and the queue goes on to this phone
  hang up                           whoever speaks hangs up
  give up                           the caller hangs up
  alarm                             every phone rings at once, each for another caller
  fetch                             every phone fetches its phonebook";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut office = Office::furnish(&Options::parse()).await?;
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Err(error) = office.hear(&words).await {
            println!("{error:#}");
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// The phones, and the call of which the lines speak.
struct Office {
    fleet: Fleet,
    at: SocketAddr,
    book: Option<BookSettings>,
    /// With the extensions at which it rings or has rung.
    call: Option<(Vec<String>, Ring)>,
}

impl Office {
    async fn furnish(options: &Options) -> anyhow::Result<Self> {
        let extensions = extensions(&options.phones)?;
        let names: Vec<&str> = extensions.iter().map(String::as_str).collect();
        let at = place(&options.ring).await?;
        let urls = ActionUrls::of_all(options.ring.as_str().trim_end_matches('/'));
        let habits = Habits {
            escapes: options.escapes,
            twice: options.twice,
            ..Habits::default()
        };
        let book = options.phonebook.as_ref().map(|url| BookSettings {
            server_path: url.as_str().trim_start_matches("http://").to_owned(),
            credentials: None,
        });
        Ok(Self {
            fleet: Fleet::new(at, urls, &names).with(habits),
            at,
            book,
            call: None,
        })
    }

    async fn hear(&mut self, words: &[&str]) -> anyhow::Result<()> {
        match words {
            [] => Ok(()),
            ["ring", phones @ .., "from", caller] => self.ring(phones, caller).await,
            ["answer", phone] => {
                let (phones, call) = self.call()?;
                ensure!(
                    phones.iter().any(|known| known == phone),
                    "it does not ring at {phone}"
                );
                let heard = call.answered_by(phone);
                self.send(&heard).await
            }
            ["to", phone] => {
                let next = self
                    .known(&[phone])
                    .map(|_| self.fleet.phone(phone).clone())?;
                let (phones, call) = self.call()?;
                let heard = call.on_to(&next);
                phones.push(next.extension);
                self.send(&heard).await
            }
            ["hang", "up"] => {
                let heard = self.call()?.1.hung_up();
                self.send(&heard).await
            }
            ["give", "up"] => {
                let heard = self.call()?.1.given_up();
                self.send(&heard).await
            }
            ["alarm"] => self.alarm().await,
            ["fetch"] => self.fetch().await,
            _ => bail!("no such line: --help has them"),
        }
    }

    async fn ring(&mut self, phones: &[&str], caller: &str) -> anyhow::Result<()> {
        self.known(phones)?;
        let call = self.fleet.ring(phones, &Caller::number(caller));
        let heard = call.incoming();
        let phones = phones.iter().map(|phone| (*phone).to_owned());
        self.call = Some((phones.collect(), call));
        self.send_at_once(&heard).await
    }

    async fn alarm(&mut self) -> anyhow::Result<()> {
        let phones = self.fleet.phones().iter();
        let extensions: Vec<String> = phones.map(|phone| phone.extension.clone()).collect();
        let rings = extensions.iter().enumerate().map(|(nth, extension)| {
            let caller = Caller::number(&format!("019900{nth:04}"));
            self.fleet.ring(&[extension], &caller).incoming()
        });
        let heard: Vec<Heard> = rings.flatten().collect();
        self.send_at_once(&heard).await
    }

    async fn fetch(&mut self) -> anyhow::Result<()> {
        let settings = self.book.clone().context("there is no --phonebook")?;
        for phone in self.fleet.phones_mut() {
            let sent = now();
            let (what, answer) = match phone.fetch(self.at, &settings).await? {
                Fetched::New(answer) => ("a new book", answer),
                Fetched::NotModified(answer) => ("not modified", answer),
                Fetched::Unreadable(answer, _) => ("no book", answer),
                Fetched::Refused(answer) => ("refused", answer),
            };
            let (extension, size) = (&phone.extension, answer.body.len());
            println!(
                "{sent} {extension} fetch: {}, {what}, {size} bytes",
                said(&answer)
            );
        }
        Ok(())
    }

    /// One after another, as they happen.
    async fn send(&self, heard: &[Heard]) -> anyhow::Result<()> {
        for one in heard {
            let sent = now();
            let answers = self.fleet.send(std::slice::from_ref(one)).await?;
            print(&sent, one, &answers);
        }
        Ok(())
    }

    async fn send_at_once(&self, heard: &[Heard]) -> anyhow::Result<()> {
        let sent = now();
        let answers = self.fleet.send_at_once(heard).await?;
        let times = answers.len() / heard.len().max(1);
        for (one, answers) in heard.iter().zip(answers.chunks(times.max(1))) {
            print(&sent, one, answers);
        }
        Ok(())
    }

    fn call(&mut self) -> anyhow::Result<&mut (Vec<String>, Ring)> {
        self.call.as_mut().context("nothing has rung yet")
    }

    fn known(&self, phones: &[&str]) -> anyhow::Result<()> {
        ensure!(!phones.is_empty(), "at which phones?");
        for phone in phones {
            let mut known = self.fleet.phones().iter();
            let is_known = known.any(|known| known.extension == *phone);
            ensure!(is_known, "there is no phone at extension {phone}");
        }
        Ok(())
    }
}

fn print(sent: &str, heard: &Heard, answers: &[Answer]) {
    for answer in answers {
        let (extension, event) = (&heard.extension, heard.event.word());
        println!("{sent} {extension} {event}: {}", said(answer));
    }
}

fn said(answer: &Answer) -> String {
    format!("{} in {} ms", answer.status, answer.took.as_millis())
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Phones speak TLS as well; these do not.
fn http(text: &str) -> anyhow::Result<Url> {
    let url: Url = text.parse()?;
    ensure!(
        url.scheme() == "http",
        "the address must begin with http://"
    );
    Ok(url)
}

async fn place(url: &Url) -> anyhow::Result<SocketAddr> {
    let host = url.host_str().context("the address has no host")?;
    let port = url.port_or_known_default().unwrap_or(80);
    let mut found = tokio::net::lookup_host((host, port)).await?;
    found.next().with_context(|| format!("there is no {host}"))
}

fn extensions(named: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for one in named {
        match one.split_once('-') {
            None => all.push(one.clone()),
            Some((first, last)) => {
                let (first, last): (u32, u32) = (first.parse()?, last.parse()?);
                ensure!(
                    first <= last && last - first < 5_000,
                    "{one} is no range of phones"
                );
                all.extend((first..=last).map(|extension| extension.to_string()));
            }
        }
    }
    Ok(all)
}

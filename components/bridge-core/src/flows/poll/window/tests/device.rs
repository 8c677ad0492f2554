//! A device as far as paging goes, and walks over it.

use super::*;

/// A device as far as paging goes: items sorted by start, which come and go while they are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Device {
    /// Start in seconds since the window's start, and a name.
    pub(super) items: BTreeSet<(u32, u32)>,
    pub(super) offset_ignored: bool,
    pub(super) latest_first: bool,
    /// Whatever is asked for, it gives all.
    pub(super) heeds_none: bool,
    /// Most items of a page, page after page; empty for as many as are asked for.
    pub(super) caps: Vec<usize>,
    /// Longest window that is shown.
    pub(super) longest: Option<TimeDelta>,
    pub(super) pages: usize,
}

impl Device {
    pub(super) fn of(starts: impl IntoIterator<Item = u32>) -> Self {
        Self {
            items: starts.into_iter().zip(0..).collect(),
            ..Self::default()
        }
    }

    pub(super) fn capped(self, caps: &[usize]) -> Self {
        Self {
            caps: caps.to_vec(),
            ..self
        }
    }

    pub(super) fn answer(&mut self, request: &PageRequest) -> Page {
        let offset = if self.offset_ignored {
            0
        } else {
            request.offset
        };
        if self.heeds_none && (request.start.is_some() || request.end.is_some()) {
            // As whoever asks it has noticed.
            return Page {
                window_fails: true,
                ..Page::default()
            };
        }
        let cap = self.caps.get(self.pages % self.caps.len().max(1)).copied();
        self.pages += 1;
        let limit = usize::try_from(request.limit).unwrap();
        let shown = |item: &&(u32, u32)| {
            let start = start(**item);
            let longest = request.start.zip(self.longest);
            request.start.is_none_or(|from| from <= start)
                && request.end.is_none_or(|end| start <= end)
                && longest.is_none_or(|(from, longest)| start <= from + longest)
        };
        let mut items: Vec<(u32, u32)> = self.items.iter().filter(shown).copied().collect();
        if self.latest_first {
            items.reverse();
        }
        let items = items.into_iter().skip(usize::try_from(offset).unwrap());
        let items: Vec<_> = items.take(cap.unwrap_or(limit).min(limit)).collect();
        Page {
            rows: items.iter().map(row).collect(),
            items: u32::try_from(items.len()).unwrap(),
            marks: items
                .iter()
                .map(|item| u64::from(item.0) << 32 | u64::from(item.1))
                .collect(),
            starts: items.iter().copied().map(start).collect(),
            ..Page::default()
        }
    }
}

pub(super) fn start(item: (u32, u32)) -> NaiveDateTime {
    day(0) + TimeDelta::seconds(i64::from(item.0))
}

fn row(item: &(u32, u32)) -> Row {
    [
        ("session".to_owned(), item.1.to_string()),
        ("start".to_owned(), start(*item).to_string()),
    ]
    .into()
}

/// Walks to the end, changing the device between the pages, and gives the names of the items that were read.
pub(super) fn walk(
    device: &mut Device,
    change: impl FnMut(&mut Device, usize),
) -> Option<BTreeSet<u32>> {
    let walk = Walk::plan(
        &server(r#","time_zone":"UTC""#),
        &since_midnight(),
        day(23).and_utc(),
    );
    let mut polling = Polling::of(walk);
    let outcome = polling.run(device, change);
    (outcome == Next::Finished).then_some(polling.read)
}

pub(super) fn since_midnight() -> Progress {
    Progress {
        since: Some(day(0).and_utc()),
        ..Progress::default()
    }
}

/// A walk and what it has read.
pub(super) struct Polling {
    pub(super) walk: Walk,
    pub(super) by_offset: bool,
    pub(super) known: BTreeSet<u32>,
    pub(super) read: BTreeSet<u32>,
    pub(super) requests: usize,
    /// Starts up to which everything was read, by what the walk said on the way.
    pub(super) safe: Vec<(NaiveDateTime, BTreeSet<u32>)>,
}

impl Polling {
    pub(super) fn of(walk: Walk) -> Self {
        Self {
            by_offset: walk.slices.is_none(),
            walk,
            known: BTreeSet::new(),
            read: BTreeSet::new(),
            requests: 0,
            safe: Vec::new(),
        }
    }

    pub(super) fn run(
        &mut self,
        device: &mut Device,
        mut change: impl FnMut(&mut Device, usize),
    ) -> Next {
        let mut page = device.answer(&self.walk.request());
        let mut latest = None;
        for turn in 0..20_000 {
            self.requests += 1;
            let names = page.rows.iter().map(|row| row["session"].parse::<u32>());
            let names: BTreeSet<u32> = names.map(Result::unwrap).collect();
            let known = names.is_subset(&self.known);
            self.read.extend(names);
            latest = latest.max(page.last_start());
            let next = self.walk.advance(&page, self.by_offset, known);
            if next != Next::More {
                return next;
            }
            change(device, turn);
            page = device.answer(&self.walk.request());
            if let Some(latest) = latest.filter(|_| self.walk.rises_to(&page)) {
                self.safe.push((latest, self.read.clone()));
            }
        }
        panic!("the walk does not end");
    }
}

pub(super) fn names(device: &Device) -> BTreeSet<u32> {
    device.items.iter().map(|item| item.1).collect()
}

/// Runs of so many pages, each going on where the one before ended, until one comes to its end; what was read.
pub(super) fn in_runs(settings: &str, device: &mut Device, pages: usize) -> BTreeSet<u32> {
    let server = server(settings);
    let mut progress = since_midnight();
    let mut read = BTreeSet::new();
    for _ in 0..200 {
        let mut polling = Polling::of(Walk::plan(&server, &progress, day(23).and_utc()));
        let mut page = device.answer(&polling.walk.request());
        let mut is_over = false;
        for _ in 0..pages {
            let names = page.rows.iter().map(|row| row["session"].parse::<u32>());
            read.extend(names.map(Result::unwrap));
            let next = polling.walk.advance(&page, polling.by_offset, false);
            is_over = next == Next::Finished;
            if next != Next::More {
                break;
            }
            let left = polling.walk.left(&page);
            let resume = left.map(|left| Resume {
                left,
                latest: None,
                at: day(23).and_utc(),
            });
            progress.resume = resume.or(progress.resume);
            page = device.answer(&polling.walk.request());
        }
        if is_over {
            return read;
        }
    }
    panic!("no run comes to its end");
}

/// Polls a device a second time, after `change`, and gives the number of requests and whether all was read.
pub(super) fn poll_again(
    settings: &str,
    device: &mut Device,
    change: impl FnOnce(&mut Device),
) -> (usize, bool) {
    let server = server(settings);
    let mut first = Polling::of(Walk::plan(&server, &since_midnight(), day(23).and_utc()));
    first.run(device, |_, _| {});
    let latest = device.items.iter().map(|item| start(*item)).max();
    change(device);
    let progress = Progress {
        cursor: latest.map(|latest| latest.and_utc()),
        ..since_midnight()
    };
    let now = day(23).and_utc() + TimeDelta::minutes(15);
    let walk = Walk::plan(&server, &progress, now).knowing(first.walk.room().clone());
    let mut second = Polling::of(walk);
    second.known.clone_from(&first.read);
    second.run(device, |_, _| {});
    let read: BTreeSet<u32> = first.read.union(&second.read).copied().collect();
    (second.requests, read == names(device))
}

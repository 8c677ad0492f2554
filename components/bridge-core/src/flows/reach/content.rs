//! A file inside a call: base64 in the middle of a JSON body, made as it goes out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use odoo_client::copy::CONTENT;
use ports::{HttpError, Pieces};

/// The body of a request around a file: what comes before the file, and after it.
#[derive(Debug)]
pub(crate) struct Around {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Around {
    /// Cuts `body` where the file is to be; nothing if it has no such place, or more than one.
    pub(crate) fn cut(body: &[u8]) -> Option<Self> {
        let mark = serde_json::to_vec(CONTENT).ok()?;
        let mark = &mark[1..mark.len() - 1];
        let mut places = (0..body.len()).filter(|at| body[*at..].starts_with(mark));
        let (Some(at), None) = (places.next(), places.next()) else {
            return None;
        };
        Some(Self {
            before: body[..at].to_vec(),
            after: body[at + mark.len()..].to_vec(),
        })
    }

    /// Length in bytes of the whole body around a file of `file_bytes`.
    pub(crate) fn length(&self, file_bytes: u64) -> u64 {
        let encoded = file_bytes.div_ceil(3) * 4;
        (self.before.len() + self.after.len()) as u64 + encoded
    }
}

/// The whole body, piece by piece.
pub(crate) struct Body<'a, P> {
    around: Around,
    file: &'a mut P,
    stage: Stage,
    /// Bytes of the file that do not fill a group of three yet.
    rest: Vec<u8>,
}

enum Stage {
    Before,
    File,
    After,
    End,
}

impl<'a, P> Body<'a, P> {
    pub(crate) fn new(around: Around, file: &'a mut P) -> Self {
        Self {
            around,
            file,
            stage: Stage::Before,
            rest: Vec::new(),
        }
    }
}

impl<P: Pieces> Pieces for Body<'_, P> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            let piece = match self.stage {
                Stage::Before => {
                    self.stage = Stage::File;
                    std::mem::take(&mut self.around.before)
                }
                Stage::File => match self.file.next().await? {
                    Some(piece) => {
                        self.rest.extend(piece);
                        let whole = self.rest.len() / 3 * 3;
                        let encoded = BASE64_STANDARD.encode(&self.rest[..whole]);
                        self.rest.drain(..whole);
                        encoded.into_bytes()
                    }
                    None => {
                        self.stage = Stage::After;
                        BASE64_STANDARD.encode(&self.rest).into_bytes()
                    }
                },
                Stage::After => {
                    self.stage = Stage::End;
                    std::mem::take(&mut self.around.after)
                }
                Stage::End => return Ok(None),
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    struct Slices(Vec<Vec<u8>>);

    impl Pieces for Slices {
        async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
            Ok((!self.0.is_empty()).then(|| self.0.remove(0)))
        }
    }

    #[test]
    fn the_file_is_encoded_as_it_comes_and_the_length_is_known_before() {
        for sizes in [
            vec![],
            vec![1],
            vec![2, 2],
            vec![1, 1, 1],
            vec![5, 7, 1],
            vec![3, 300],
        ] {
            let mut bytes = (0..=255_u8).cycle();
            let slices: Vec<Vec<u8>> = sizes
                .iter()
                .map(|size| bytes.by_ref().take(*size).collect())
                .collect();
            let whole = slices.concat();
            let rendered = serde_json::json!({ "datas": CONTENT, "name": "a.wav" }).to_string();
            let around = Around::cut(rendered.as_bytes()).unwrap();
            let length = around.length(whole.len() as u64);
            let mut file = Slices(slices);
            let mut body = Body::new(around, &mut file);
            let mut sent = Vec::new();
            while let Some(piece) = body.next().now_or_never().unwrap().unwrap() {
                sent.extend(piece);
            }
            assert_eq!(sent.len() as u64, length, "{sizes:?}");
            let sent: serde_json::Value = serde_json::from_slice(&sent).unwrap();
            assert_eq!(sent["datas"], BASE64_STANDARD.encode(&whole), "{sizes:?}");
        }
    }

    #[test]
    fn a_body_with_no_place_or_two_is_not_cut() {
        let twice = serde_json::json!([CONTENT, CONTENT]).to_string();
        assert!(Around::cut(b"{}").is_none() && Around::cut(twice.as_bytes()).is_none());
    }
}

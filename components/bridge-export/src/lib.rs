//! Statistics as files: for a spreadsheet, for a program, and for whoever the manager forwards them to.
//!
//! Pure, as the core is: figures in, bytes out. A crate of its own, so that only the component that serves these files compiles what they
//! are made with.

mod csv;
mod pdf;
mod xlsx;

use bridge_faces::report::{Book, CampaignReport, Report};
use calls::language::Language;
use calls::stats::Statistics;
use calls::stats::campaign::CampaignFigures;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One table for every program.
    Csv,
    /// A workbook with a sheet a table.
    Xlsx,
    /// One page to forward.
    Pdf,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the {}: {reason}", format.extension())]
pub struct ExportError {
    /// What was to be written.
    pub format: Format,
    /// What the writer says.
    pub reason: String,
}

impl Format {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Pdf];

    /// How the file's name ends, without a dot; also the end of its address.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    /// A name for the file, of letters that every system takes: `calls-2026-06-01-2026-06-30.csv`.
    pub fn file_name(self, statistics: &Statistics) -> String {
        let (from, to) = (statistics.from, statistics.to);
        format!("calls-{from}-{to}.{}", self.extension())
    }

    /// The figures as such a file, in the reader's language.
    ///
    /// # Errors
    /// [`ExportError`] where the writer cannot write; the figures themselves cannot cause it.
    pub fn write(
        self,
        language: Language,
        statistics: &Statistics,
    ) -> Result<Vec<u8>, ExportError> {
        let report = Report::new(language, statistics);
        self.written(report.book(), || pdf::write(&report))
    }

    /// A name for the file of a campaign: `campaign-7-2026-06-30.csv`, by its number and the day on which it was counted, in its time zone.
    pub fn campaign_file_name(self, figures: &CampaignFigures) -> String {
        let day = CampaignReport::new(Language::En, figures)
            .counted_at()
            .date_naive();
        format!(
            "campaign-{}-{day}.{}",
            figures.campaign.id,
            self.extension()
        )
    }

    /// The figures of a campaign as such a file, in the reader's language.
    ///
    /// # Errors
    /// [`ExportError`] where the writer cannot write; the figures themselves cannot cause it.
    pub fn write_campaign(
        self,
        language: Language,
        figures: &CampaignFigures,
    ) -> Result<Vec<u8>, ExportError> {
        let report = CampaignReport::new(language, figures);
        self.written(report.book(), || pdf::write_campaign(&report))
    }

    /// A book as such a file; a page is laid out by hand.
    fn written(
        self,
        book: Book,
        page: impl FnOnce() -> Result<Vec<u8>, pdf::PdfError>,
    ) -> Result<Vec<u8>, ExportError> {
        let written = match self {
            Self::Csv => csv::write(book).map_err(|error| error.to_string()),
            Self::Xlsx => xlsx::write(&book).map_err(|error| error.to_string()),
            Self::Pdf => page().map_err(|error| error.to_string()),
        };
        written.map_err(|reason| ExportError {
            format: self,
            reason,
        })
    }
}

//! `spin build`: the build commands of the components, in the order of the manifest.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::manifest::{BuildStep, Component, Manifest};

/// The target that the components are compiled for.
pub const TARGET: &str = "wasm32-wasip1";

/// Where the output of the build commands goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BuildOutput {
    /// To the terminal, as it comes.
    #[default]
    Shown,
    /// Nowhere, unless a command fails: then into the error.
    OnFailure,
}

/// What the compiler does for the speed and the size of the modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// What the manifest says: the modules as they are shipped.
    #[default]
    Shipped,
    /// Little, for trying. The modules are built by the profile for development, beside those that are shipped, so that macros and build scripts are
    /// compiled once for them and for the program that runs them.
    Quick,
}

/// What a quick build says instead of `--release`. Optimised a little and without checks of its own, modules are built, loaded and prepared in a
/// fraction of the time, and in one piece a crate, whose parts would else be optimised against each other.
const QUICKLY: &str = "--config profile.dev.opt-level=1 --config profile.dev.debug=false --config profile.dev.codegen-units=1 \
    --config profile.dev.overflow-checks=false --config profile.dev.debug-assertions=false";

impl Effort {
    /// The application with the modules that this effort makes, and how it makes them.
    #[must_use]
    pub fn of(self, mut manifest: Manifest) -> Manifest {
        if self == Self::Quick {
            manifest.components.values_mut().for_each(make_quick);
        }
        manifest
    }
}

fn make_quick(component: &mut Component) {
    component.source = beside(&component.source);
    let steps = component.build.iter_mut();
    for command in steps.flat_map(|step| &mut step.commands) {
        *command = command
            .replace("--release", QUICKLY)
            .replace(&format!("{TARGET}/release/"), &format!("{TARGET}/debug/"));
    }
}

/// Where the profile for development puts what the one for releases puts at `source`.
fn beside(source: &Path) -> PathBuf {
    let mut path = PathBuf::new();
    for part in source {
        let is_profile = part == "release" && path.ends_with(TARGET);
        path.push(if is_profile {
            OsStr::new("debug")
        } else {
            part
        });
    }
    path
}

/// Why the components could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The target is missing and could not be added.
    #[error("the Rust target {TARGET} is missing ({0}); run: rustup target add {TARGET}")]
    Target(String),
    /// A command could not be started.
    #[error("{command:?} cannot be run in {}: {source}", folder.display())]
    Start {
        /// The command.
        command: String,
        /// Where it was to run.
        folder: PathBuf,
        /// Why it cannot.
        source: std::io::Error,
    },
    /// A command failed.
    #[error("{command:?} failed ({status}){output}")]
    Failed {
        /// The command.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it printed, if that was not shown already.
        output: String,
    },
}

/// Builds all components of a manifest; a command that several share runs once.
///
/// Several processes may do this at once: cargo takes its own lock.
///
/// # Errors
///
/// At the first command that fails.
pub fn build(manifest: &Manifest, effort: Effort, output: BuildOutput) -> Result<(), BuildError> {
    let manifest = effort.of(manifest.clone());
    let mut done: Vec<(&str, &Path)> = Vec::new();
    for step in manifest
        .components
        .values()
        .filter_map(|component| component.build.as_ref())
    {
        for command in &step.commands {
            let this = (command.as_str(), step.folder.as_path());
            if done.contains(&this) {
                continue;
            }
            if done.is_empty() {
                ensure_target(&step.folder)?;
            }
            run(command, step, output)?;
            done.push(this);
        }
    }
    Ok(())
}

fn ensure_target(folder: &Path) -> Result<(), BuildError> {
    if is_target_installed(folder) {
        return Ok(());
    }
    eprintln!("Adding the Rust target {TARGET} (rustup target add {TARGET})");
    let added = Command::new("rustup")
        .current_dir(folder)
        .args(["target", "add", TARGET])
        .output();
    let added = added.map_err(|fault| BuildError::Target(format!("rustup: {fault}")))?;
    if added.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&added.stderr);
    let reason = reason.lines().last().unwrap_or("rustup failed").to_owned();
    Err(BuildError::Target(reason))
}

/// Asks the compiler that cargo will use in that folder, so it also works without rustup.
fn is_target_installed(folder: &Path) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc)
        .current_dir(folder)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    asked.is_ok_and(|answer| {
        let libraries = String::from_utf8_lossy(&answer.stdout);
        answer.status.success() && Path::new(libraries.trim()).is_dir()
    })
}

fn run(command: &str, step: &BuildStep, output: BuildOutput) -> Result<(), BuildError> {
    let mut shell = shell(command);
    // The manifest says where the modules are, relative to itself, so cargo must build into the
    // folder of the project whatever the caller's own cargo was told.
    shell
        .current_dir(&step.folder)
        .env_remove("CARGO_TARGET_DIR")
        .stdin(Stdio::null());
    if output == BuildOutput::Shown {
        shell.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    }
    let ended = shell.output().map_err(|source| BuildError::Start {
        command: command.to_owned(),
        folder: step.folder.clone(),
        source,
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let mut printed = String::from_utf8_lossy(&ended.stdout).into_owned();
    printed += &String::from_utf8_lossy(&ended.stderr);
    let output = if printed.is_empty() {
        printed
    } else {
        format!(":\n{printed}")
    };
    Err(BuildError::Failed {
        command: command.to_owned(),
        status: ended.status,
        output,
    })
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut shell = Command::new(program);
    shell.args([flag, command]);
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(folder: &Path, commands: &[&str]) -> Manifest {
        let mut text = String::from(
            "spin_manifest_version = 2\n[application]\nname = \"a\"\n\
             [[trigger.http]]\nroute = \"/\"\ncomponent = \"c0\"\n",
        );
        for (index, command) in commands.iter().enumerate() {
            text += &format!("[component.c{index}]\nsource = \"x\"\nbuild.command = '{command}'\n");
        }
        Manifest::parse(&text, folder.to_owned()).unwrap()
    }

    #[test]
    fn a_shared_command_runs_once_and_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let commands = ["echo x >> log", "echo x >> log", "echo y >> log"];
        build(
            &manifest(folder.path(), &commands),
            Effort::Shipped,
            BuildOutput::OnFailure,
        )
        .unwrap();
        assert_eq!(
            std::fs::read_to_string(folder.path().join("log")).unwrap(),
            "x\ny\n"
        );
    }

    #[test]
    fn a_quick_build_leaves_what_is_shipped_alone() {
        let folder = Path::new("release");
        let command = "cargo build --target wasm32-wasip1 --release -p c0 && cargo run -q -p tool -- target/wasm32-wasip1/release/c0.wasm";
        let mut shipped = manifest(folder, &[command]);
        let source = "target/wasm32-wasip1/release/c0.wasm";
        let component = shipped.components.get_mut("c0").unwrap();
        component.source = folder.join(source);

        let quick = &Effort::Quick.of(shipped.clone()).components["c0"];
        let elsewhere = "release/target/wasm32-wasip1/debug/c0.wasm";
        assert_eq!(quick.source, Path::new(elsewhere));
        let commands = &quick.build.as_ref().unwrap().commands;
        assert!(!commands[0].contains("release"), "{commands:?}");
        assert!(
            commands[0].contains("profile.dev.opt-level"),
            "{commands:?}"
        );
        let kept = &Effort::Shipped.of(shipped).components["c0"];
        assert!(kept.source.ends_with(source));
        assert_eq!(kept.build.as_ref().unwrap().commands, [command]);
    }

    #[test]
    fn a_failure_shows_what_was_printed() {
        let folder = tempfile::tempdir().unwrap();
        let commands = ["echo broken; exit 3"];
        let fault = build(
            &manifest(folder.path(), &commands),
            Effort::Shipped,
            BuildOutput::OnFailure,
        )
        .unwrap_err();
        let text = fault.to_string();
        assert!(text.contains("broken") && text.contains('3'), "{text}");
    }
}

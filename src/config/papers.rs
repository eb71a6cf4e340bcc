//! What follows from the command line's own description: completions, the man page, and a config file to
//! begin with.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::cli::{Cli, Command};
use super::file;

impl Cli {
    /// What a command prints that needs neither settings nor a cluster; `None` for all others.
    #[must_use]
    pub fn paper(&self) -> Option<String> {
        match self.command.as_ref()? {
            Command::Completions(wanted) => Some(completions(wanted.shell)),
            Command::Man => Some(man()),
            Command::Config(wanted) => (!wanted.path).then(file::template),
            Command::Once(_)
            | Command::Check(_)
            | Command::Status(_)
            | Command::Doctor
            | Command::Rules(_)
            | Command::Export(_)
            | Command::Replay(_)
            | Command::Demo(_) => None,
        }
    }
}

fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lagtop", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// One page for all commands: `man lagtop` is what people type.
fn man() -> String {
    let mut page = Vec::new();
    // Writing into memory cannot fail.
    let _ = write_man(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

fn write_man(page: &mut Vec<u8>) -> io::Result<()> {
    let whole = Cli::command();
    let about = Man::new(whole.clone());
    about.render_title(page)?;
    about.render_name_section(page)?;
    about.render_synopsis_section(page)?;
    about.render_description_section(page)?;
    about.render_options_section(page)?;
    for command in whole.get_subcommands() {
        write_command(command.clone(), page)?;
    }
    examples(&whole, page)?;
    about.render_version_section(page)
}

/// A command as a section, what would be sections of its own page below it. Flags that all commands
/// take stand above already.
fn write_command(command: clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = format!("lagtop {}", command.get_name());
    let heading = Roff::new().control("SH", [name.to_uppercase().as_str()]).to_roff();
    page.extend(heading.into_bytes());
    let whole = command.clone();
    let mut part = Vec::new();
    let about = Man::new(command.bin_name(name).disable_help_flag(true));
    about.render_synopsis_section(&mut part)?;
    about.render_description_section(&mut part)?;
    about.render_options_section(&mut part)?;
    examples(&whole, &mut part)?;
    let part = String::from_utf8_lossy(&part).replace(".SH ", ".SS ");
    page.extend(part.into_bytes());
    Ok(())
}

/// The text below a command's help, its lines left as they are.
fn examples(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let Some(text) = command.get_after_help() else { return Ok(()) };
    let text = text.to_string();
    let lines = text.strip_prefix("Examples:\n").unwrap_or(&text);
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]).control("nf", []).text([roman(lines)]).control("fi", []);
    roff.to_writer(page)
}

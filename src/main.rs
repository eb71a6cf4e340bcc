//! lagtop on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    lagtop::run::main()
}

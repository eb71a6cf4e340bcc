//! `sasl.jaas.config`: the login module and its options, read as Kafka's `JaasConfig` reads them
//! (a `java.io.StreamTokenizer` with `-`, `_` and `$` as letters and C++ comments).
//!
//! The text is secret as a whole. No error repeats any of it but the name of the login module.

use std::iter::Peekable;
use std::str::Chars;

use secrecy::SecretString;
use thiserror::Error;

/// What a login module was told.
#[derive(Clone, Debug)]
pub(super) struct Login {
    /// For which mechanisms it stands.
    pub(super) module: Module,
    /// In the order written.
    pub(super) options: Vec<(String, SecretString)>,
}

impl Login {
    /// An option's value; the last one wins, as in Java.
    pub(super) fn option(&self, name: &str) -> Option<&SecretString> {
        self.options.iter().rfind(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// The login modules that lagtop understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// `PlainLoginModule`, for PLAIN.
    Plain,
    /// `ScramLoginModule`, for SCRAM-SHA-256 and SCRAM-SHA-512.
    Scram,
    /// `OAuthBearerLoginModule`, for OAUTHBEARER.
    OAuthBearer,
}

/// Why `sasl.jaas.config` cannot be used. Reads after the name of the key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JaasProblem {
    /// No login module at all.
    #[error("is empty; write LOGINMODULE required username=\"…\" password=\"…\";")]
    Empty,
    /// Not `required` or one of its siblings.
    #[error("has no 'required' after the login module; write LOGINMODULE required username=…;")]
    Flag,
    /// An option without `=` or a value; Java takes no bare numbers either.
    #[error("has an option without a value in quotes; write username=\"…\" password=\"…\"")]
    Option,
    /// No semicolon at the end.
    #[error("does not end in a semicolon; write one after the last option")]
    Semicolon,
    /// Java wants one login module as well.
    #[error("has more than one login module; keep the one for Kafka's clients")]
    Several,
    /// Kerberos, or someone's own.
    #[error(
        "names the login module {0}, which lagtop does not have; use PlainLoginModule, \
         ScramLoginModule or OAuthBearerLoginModule, and a user that may log in that way"
    )]
    Module(String),
    /// SCRAM with a delegation token.
    #[error("uses a delegation token (tokenauth), which lagtop does not speak; use a SCRAM user")]
    Token,
    /// A token made by the client itself.
    #[error(
        "asks for an unsecured token (unsecuredLogin…), which proves nothing; write clientId=\"…\" \
         clientSecret=\"…\" and sasl.oauthbearer.token.endpoint.url, or use PLAIN on a test cluster"
    )]
    Unsecured,
    /// What a broker may be told beside a token: RFC 7628 section 3.1.
    #[error(
        "has an extension_… whose name is not of letters, is auth, or whose value cannot be printed; \
         write extension_NAME=\"VALUE\""
    )]
    Extension,
    /// PLAIN with SCRAM's module or the other way round.
    #[error("names a login module of another mechanism than sasl.mechanism {0}; make them agree")]
    Mechanism(&'static str),
}

pub(super) fn parse(text: &str) -> Result<Login, JaasProblem> {
    let mut tokens = Tokens(text.chars().peekable());
    let module = match tokens.next() {
        None => return Err(JaasProblem::Empty),
        Some(Token::Text(name)) => module(&name)?,
        Some(Token::Sign(_)) => return Err(JaasProblem::Flag),
    };
    match tokens.next() {
        Some(Token::Text(flag)) if is_flag(&flag) => {}
        _ => return Err(JaasProblem::Flag),
    }
    let mut login = Login { module, options: Vec::new() };
    loop {
        let key = match tokens.next() {
            None => return Err(JaasProblem::Semicolon),
            Some(Token::Sign(';')) => break,
            Some(Token::Sign(_)) => return Err(JaasProblem::Option),
            Some(Token::Text(key)) => key,
        };
        let (Some(Token::Sign('=')), Some(Token::Text(value))) = (tokens.next(), tokens.next())
        else {
            return Err(JaasProblem::Option);
        };
        if key == "tokenauth" && value.eq_ignore_ascii_case("true") {
            return Err(JaasProblem::Token);
        }
        if module == Module::OAuthBearer && key.starts_with("unsecuredLogin") {
            return Err(JaasProblem::Unsecured);
        }
        // What nobody asks for is ignored: Kafka's own modules do so too.
        login.options.push((key, value.into()));
    }
    if tokens.next().is_some() { Err(JaasProblem::Several) } else { Ok(login) }
}

fn module(class: &str) -> Result<Module, JaasProblem> {
    // By its last part: distributions relocate Kafka's packages.
    match class.rsplit('.').next() {
        Some("PlainLoginModule") => Ok(Module::Plain),
        Some("ScramLoginModule") => Ok(Module::Scram),
        Some("OAuthBearerLoginModule") => Ok(Module::OAuthBearer),
        // A class name, or whatever stands in its place: then it may be a secret.
        Some(name) if name.ends_with("LoginModule") && is_java_name(name) => {
            Err(JaasProblem::Module(name.to_owned()))
        }
        _ => Err(JaasProblem::Module("of another name".to_owned())),
    }
}

fn is_java_name(name: &str) -> bool {
    name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_flag(text: &str) -> bool {
    ["required", "requisite", "sufficient", "optional"]
        .iter()
        .any(|flag| text.eq_ignore_ascii_case(flag))
}

enum Token {
    /// A word, or a text in quotes.
    Text(String),
    /// Any other character; a bare number gives its first one.
    Sign(char),
}

struct Tokens<'a>(Peekable<Chars<'a>>);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let first = self.0.next()?;
            match first {
                '\0'..=' ' => {}
                '/' => self.skip_comment(),
                '"' | '\'' => return Some(Token::Text(self.quoted(first))),
                _ if is_word_start(first) => return Some(Token::Text(self.word(first))),
                _ => return Some(Token::Sign(first)),
            }
        }
    }
}

impl Tokens<'_> {
    fn skip_comment(&mut self) {
        if self.0.next_if_eq(&'*').is_none() {
            // A single slash begins a comment as well: the tokenizer's own default.
            while self.0.next_if(|c| !is_line_end(*c)).is_some() {}
            return;
        }
        let mut before = ' ';
        for c in self.0.by_ref() {
            if before == '*' && c == '/' {
                return;
            }
            before = c;
        }
    }

    /// Ends at the quote, at the end of the line, or at the end of the text, as in Java.
    fn quoted(&mut self, quote: char) -> String {
        let mut text = String::new();
        while let Some(c) = self.0.next_if(|c| !is_line_end(*c)) {
            match c {
                _ if c == quote => break,
                '\\' => text.extend(self.escaped()),
                _ => text.push(c),
            }
        }
        text
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.0.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            first @ '0'..='7' => {
                // Up to three octal digits, no more than 0o377.
                let more = if first <= '3' { 2 } else { 1 };
                let mut code = first.to_digit(8)?;
                for _ in 0..more {
                    let Some(digit) = self.0.next_if(|c| c.is_digit(8)) else { break };
                    code = code * 8 + digit.to_digit(8)?;
                }
                char::from_u32(code)?
            }
            other => other,
        })
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(c) = self.0.next_if(|c| is_word_start(*c) || is_numeric(*c)) {
            word.push(c);
        }
        word
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '$') || c >= '\u{a0}'
}

/// What a number may begin with, and a word go on with.
fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | '-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use secrecy::ExposeSecret;

    use super::*;

    const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    // Expected values are what Kafka's own JaasContext gives for the same text.
    #[rstest]
    #[case::usual("username=\"alice\" password=\"secret\";", "alice", "secret")]
    #[case::single_quotes("username='al ice' password='se\"cret';", "al ice", "se\"cret")]
    #[case::bare_words("username=alice password=s3cret.x-y;", "alice", "s3cret.x-y")]
    #[case::escapes("username=\"a\\\"b\" password=\"c\\\\d\\101\\t\";", "a\"b", "c\\dA\t")]
    #[case::octal_ends("username=\"u\" password=\"\\4011\";", "u", " 11")]
    #[case::other_options("x=\"1\" username=\"a\" password=\"b\" y='2';", "a", "b")]
    #[case::last_wins("username=\"a\" username=\"b\" password=\"\";", "b", "")]
    #[case::lines("\n  username=\"a\"\n  password=\"b\" ;\n", "a", "b")]
    #[case::comments("// x\n username=\"a\" /* ; */ password=\"b//c\"; // end", "a", "b//c")]
    #[case::beyond_ascii("username=müller password=\"pässword😀\";", "müller", "pässword😀")]
    fn reads_options(#[case] options: &str, #[case] username: &str, #[case] password: &str) {
        let login = parse(&format!("{PLAIN}{options}")).unwrap();
        assert_eq!(login.module, Module::Plain);
        let option = |name| login.option(name).unwrap().expose_secret();
        assert_eq!((option("username"), option("password")), (username, password));
    }

    #[rstest]
    #[case("", JaasProblem::Empty)]
    #[case(" // nothing", JaasProblem::Empty)]
    #[case("a.PlainLoginModule", JaasProblem::Flag)]
    #[case("a.PlainLoginModule username=\"a\";", JaasProblem::Flag)]
    #[case("a.PlainLoginModule required username=\"a\"", JaasProblem::Semicolon)]
    #[case("a.PlainLoginModule required username=\"a\" password=123;", JaasProblem::Option)]
    #[case("a.PlainLoginModule required username;", JaasProblem::Option)]
    #[case("a.PlainLoginModule required; a.PlainLoginModule required;", JaasProblem::Several)]
    #[case("a.ScramLoginModule required tokenauth=\"true\";", JaasProblem::Token)]
    #[case(
        "a.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"a\";",
        JaasProblem::Unsecured
    )]
    #[case("a.IAMLoginModule required;", JaasProblem::Module("IAMLoginModule".to_owned()))]
    #[case("hunter2 required;", JaasProblem::Module("of another name".to_owned()))]
    fn refuses(#[case] text: &str, #[case] problem: JaasProblem) {
        assert_eq!(parse(text).err(), Some(problem));
    }

    #[test]
    fn relocated_scram_is_scram() {
        let login = parse("kafkashaded.x.ScramLoginModule Required;").unwrap();
        assert_eq!(login.module, Module::Scram);
        assert!(login.options.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn any_password_in_quotes_comes_back(password in "[^\r\n]{0,40}") {
            let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
            let login = parse(&format!("{PLAIN}username=\"u\" password=\"{quoted}\";")).unwrap();
            let read = login.option("password").unwrap();
            prop_assert_eq!(read.expose_secret(), password.as_str());
        }
    }
}

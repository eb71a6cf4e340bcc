//! One mistake a case, and what lagtop says to it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use rstest::rstest;

use super::{CERTIFICATE, ENCRYPTED_KEY, JKS, KEY, PKCS12, World};

#[rstest]
#[case(
    "",
    "no cluster to connect to; write -b HOST:PORT, set LAGTOP_BOOTSTRAP, or name a client \
            properties file that has bootstrap.servers with -F FILE"
)]
#[case(
    "-b a,b:0",
    "--bootstrap: 'b:0' has no port between 1 and 65535 after its colon; write HOST:PORT"
)]
#[case(
    "-b k --interval soon",
    "--interval: 'soon' is not a duration; write 100ms to 1h, as in 500ms or 2s"
)]
#[case(
    "-b k --interval 5",
    "--interval: '5' is not a duration; write 100ms to 1h, as in 500ms or 2s"
)]
#[case("-b k --interval 99ms", "--interval: '99ms' is not within bounds; write 100ms to 1h")]
#[case(
    "-b k --max-requests-per-second 0",
    "--max-requests-per-second: '0' is not a number of requests; write 1 to 10000"
)]
#[case("-b k --timeout 6m", "--timeout: '6m' is not within bounds; write 100ms to 5m")]
#[case(
    "-b k -g a(",
    "--group: 'a(' is not a regular expression (unclosed group); put a backslash \
                      before characters that are meant literally"
)]
#[case("-b k --ascii=perhaps", "--ascii: 'perhaps' is not a yes or no; write true or false")]
#[case(
    "-b k -F missing",
    "-F: cannot read 'missing' (entity not found); name a file that exists \
                           and may be read"
)]
#[case("-b k -X client.id", "-X: no '=' between key and value; write KEY=VALUE")]
#[case(
    "-b k -X security.protocoll=SSL",
    "-X: no Kafka client has a property security.protocoll; \
                                          write security.protocol if that is meant"
)]
#[case(
    "-b k -X plugin.library.paths=x.so",
    "-X: plugin.library.paths is not supported; take it out; \
                                             lagtop loads no code but its own"
)]
fn flags(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(World::typed(line).error(), expected);
}

#[rstest]
#[case("LAGTOP_INTERVAL", "1d", "LAGTOP_INTERVAL: '1d' is not within bounds; write 100ms to 1h")]
#[case(
    "LAGTOP_COLOR",
    "red",
    "LAGTOP_COLOR: 'red' is not one of the choices; write auto or always or never"
)]
#[case(
    "LAGTOP_TOPIC",
    "ok\n*",
    "LAGTOP_TOPIC: '*' is not a regular expression (repetition operator \
        missing expression); put a backslash before characters that are meant literally"
)]
#[case(
    "LAGTOP_BOOTSTRAP",
    "k\u{1b}[2J",
    "LAGTOP_BOOTSTRAP: 'k\\u{1b}[2J' has a character that no \
        host name has; write HOST:PORT"
)]
fn variables(#[case] name: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(
        World::typed("").variable("LAGTOP_BOOTSTRAP", "k").variable(name, text).error(),
        expected
    );
}

#[test]
fn bytes_that_are_no_text() {
    let world = World::typed("-b k").variable("LAGTOP_GROUP", OsString::from_vec(vec![0xFF]));
    assert_eq!(world.error(), "LAGTOP_GROUP: the value is not UTF-8; write it in UTF-8");
}

#[rstest]
#[case("lonely", "f:2: no '=' between key and value; write KEY=VALUE")]
#[case(
    "client.id=\\u12",
    "f:2: \\u is not followed by four hexadecimal digits; write \\\\u for a \
                           backslash and a u"
)]
#[case(
    "# x\nbootstrap.server=k",
    "f:3: no Kafka client has a property bootstrap.server; write \
                                   bootstrap.servers if that is meant"
)]
#[case(
    "what.is=this",
    "f:2: no Kafka client has a property what.is; take it out, or pass it with \
                        -X if librdkafka should have it"
)]
#[case(
    "MIIEvQIBADANBgkqhkiG9w0=",
    "f:2: no Kafka client has a property of that name; take it out, \
                                    or pass it with -X if librdkafka should have it"
)]
#[case(
    "request.timeout.ms=5s",
    "f:2: '5s' is not a number of milliseconds; write a number, as in 5000"
)]
#[case(
    "security.protocol=TLS",
    "f:2: 'TLS' is not a security.protocol; write PLAINTEXT, SSL, \
                                 SASL_PLAINTEXT or SASL_SSL"
)]
#[case(
    "ssl.ca.location=ca",
    "f:2: ssl.ca.location needs security.protocol; write \
                              security.protocol=SSL"
)]
#[case(
    "sasl.username=u",
    "f:2: sasl.username needs security.protocol; write \
                           security.protocol=SASL_SSL, or SASL_PLAINTEXT without TLS"
)]
#[case(
    "config.providers=file",
    "f:2: config.providers is not supported; take it out, and write the \
                                 values themselves where the file says ${…}"
)]
#[case(
    "ssl.crl.location=x",
    "f:2: ssl.crl.location is not supported; take it out, and keep revoked \
                              brokers out by the authorities in the CA file"
)]
fn lines_of_a_file(#[case] lines: &str, #[case] expected: &str) {
    assert_eq!(World::properties(lines).error(), expected);
}

#[rstest]
#[case(
    "",
    "f:2: security.protocol=SASL_SSL needs sasl.mechanism; write sasl.mechanism=PLAIN, \
            SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER (Kafka's clients take Kerberos if none is \
            named, which lagtop does not speak)"
)]
#[case(
    "sasl.mechanism=GSSAPI",
    "f:3: sasl.mechanism=GSSAPI is not supported; use PLAIN, \
        SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER, and a user that may log in so"
)]
#[case(
    "sasl.mechanism=aws_msk_iam",
    "f:3: sasl.mechanism=AWS_MSK_IAM is not supported; use PLAIN, \
        SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER, and a user that may log in so"
)]
#[case(
    "sasl.mechanism=SCRAM",
    "f:3: 'SCRAM' is not a sasl.mechanism; write PLAIN, SCRAM-SHA-256, \
        SCRAM-SHA-512 or OAUTHBEARER"
)]
#[case(
    "sasl.mechanism=PLAIN",
    "f:3: sasl.mechanism=PLAIN needs a user; write sasl.username=NAME, or \
        username=\"NAME\" in sasl.jaas.config"
)]
#[case(
    "sasl.mechanism=PLAIN\nsasl.username=u",
    "f:3: sasl.mechanism=PLAIN needs a password; write \
        sasl.password=…, or password=\"…\" in sasl.jaas.config"
)]
#[case(
    "sasl.mechanism=PLAIN\nsasl.jaas.config=x.ScramLoginModule required;",
    "f:4: sasl.jaas.config \
        names a login module of another mechanism than sasl.mechanism PLAIN; make them agree"
)]
#[case(
    "sasl.mechanism=PLAIN\nsasl.jaas.config=x.PlainLoginModule required username=\"u\"",
    "f:4: \
        sasl.jaas.config does not end in a semicolon; write one after the last option"
)]
#[case(
    "sasl.mechanism=PLAIN\nsasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required;",
    "f:4: sasl.jaas.config names the login module Krb5LoginModule, which lagtop does not have; use \
        PlainLoginModule, ScramLoginModule or OAuthBearerLoginModule, and a user that may log in that \
        way"
)]
#[case(
    "sasl.login.callback.handler.class=x.Y",
    "f:3: this sasl.login.callback.handler.class is not supported; take it out; lagtop loads no code \
        but its own, and logs in by PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, or OAUTHBEARER with \
        sasl.oauthbearer.token.endpoint.url"
)]
fn authentication(#[case] lines: &str, #[case] expected: &str) {
    assert_eq!(
        World::properties(&format!("security.protocol=SASL_SSL\n{lines}")).error(),
        expected
    );
}

const ENDPOINT: &str = "sasl.oauthbearer.token.endpoint.url=https://idp/token";
const SECRETS: &str = "sasl.oauthbearer.client.id=c\nsasl.oauthbearer.client.secret=s";

#[rstest]
#[case(
    "sasl.oauthbearer.method=oidc",
    "f:3: sasl.mechanism=OAUTHBEARER needs a client id; write sasl.oauthbearer.client.id=NAME, or \
        clientId=\"NAME\" in sasl.jaas.config"
)]
#[case(
    "sasl.jaas.config=x.OAuthBearerLoginModule required clientId=\"c\";",
    "f:3: sasl.mechanism=OAUTHBEARER needs a client secret; write \
        sasl.oauthbearer.client.secret=…, or clientSecret=\"…\" in sasl.jaas.config"
)]
#[case(
    SECRETS,
    "f:3: sasl.mechanism=OAUTHBEARER needs the address where tokens are; write \
        sasl.oauthbearer.token.endpoint.url=https://…"
)]
#[case(
    "sasl.oauthbearer.token.endpoint.url=file:///token\nSECRETS",
    "f:4: 'file:///token' is not the address of a token endpoint; write https://HOST/PATH, without \
        a user"
)]
#[case(
    "sasl.oauthbearer.token.endpoint.url=https://me:hidden@idp/token\nSECRETS",
    "f:4: '…' is not the address of a token endpoint; write https://HOST/PATH, without a user"
)]
#[case(
    "ENDPOINT\nSECRETS\nsasl.oauthbearer.extensions=pool-1=x",
    "f:7: 'pool-1=x' is not a list of extensions; write NAME=VALUE,NAME=VALUE with names of letters"
)]
#[case(
    "ENDPOINT\nSECRETS\nsasl.jaas.config=x.OAuthBearerLoginModule required extension_auth=\"x\";",
    "f:7: sasl.jaas.config has an extension_… whose name is not of letters, is auth, or whose value \
        cannot be printed; write extension_NAME=\"VALUE\""
)]
#[case(
    "ENDPOINT\nsasl.jaas.config=x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"a\";",
    "f:5: sasl.jaas.config asks for an unsecured token (unsecuredLogin…), which proves nothing; write \
        clientId=\"…\" clientSecret=\"…\" and sasl.oauthbearer.token.endpoint.url, or use PLAIN on a \
        test cluster"
)]
#[case(
    "enable.sasl.oauthbearer.unsecure.jwt=true",
    "f:4: this enable.sasl.oauthbearer.unsecure.jwt is not supported; take it out; a token that nobody \
        signed proves nothing: name a sasl.oauthbearer.token.endpoint.url, or log in by PLAIN on a \
        test cluster"
)]
#[case(
    "sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer",
    "f:4: this sasl.oauthbearer.grant.type is not supported; have tokens given for \
        sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret"
)]
#[case(
    "ENDPOINT\nSECRETS\nsasl.oauthbearer.header.urlencode=perhaps",
    "f:7: 'perhaps' is not a yes or no; write true or false"
)]
#[case(
    "ENDPOINT\nSECRETS\nhttps.ca.location=none",
    "f:7: cannot read 'none' (entity not found); name a file that exists and may be read"
)]
fn tokens(#[case] lines: &str, #[case] expected: &str) {
    let lines = lines.replace("ENDPOINT", ENDPOINT).replace("SECRETS", SECRETS);
    let lines = format!("security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n{lines}");
    assert_eq!(World::properties(&lines).error(), expected);
}

#[rstest]
#[case(
    "ssl.truststore.location=none",
    "f:3: cannot read 'none' (entity not found); name a file that \
        exists and may be read"
)]
#[case(
    "ssl.truststore.location=t.jks",
    "f:3: 't.jks' is a JKS store, which only Java reads; convert \
        it with keytool -importkeystore -srckeystore t.jks -destkeystore t.p12 -deststoretype PKCS12 \
        and name the new file"
)]
#[case(
    "ssl.keystore.location=it\\\\'s.jks",
    "f:3: 'it\\\\\\'s.jks' is a JKS store, which only Java \
        reads; convert it with keytool -importkeystore -srckeystore 'it\\\\'\\''s.jks' -destkeystore \
        'it\\\\'\\''s.p12' -deststoretype PKCS12 and name the new file"
)]
#[case(
    "ssl.truststore.location=key",
    "f:3: 'key' holds no PEM or PKCS#12 store; name a file that does"
)]
#[case(
    "ssl.truststore.location=directory",
    "f:3: 'directory' holds no PEM or PKCS#12 store; name a \
        file that does"
)]
#[case(
    "ssl.ca.location=p12",
    "f:3: 'p12' holds no PEM certificate (a PKCS#12 store goes into \
        ssl.truststore.location or ssl.keystore.location); name a file that does"
)]
#[case(
    "ssl.ca.location=ca\nssl.truststore.location=p12",
    "f:3: ssl.ca.location and \
        ssl.truststore.location (f:4) say the same thing twice; keep one of them"
)]
#[case(
    "ssl.certificate.location=ca",
    "f:3: ssl.certificate.location needs the private key; write \
        ssl.key.location=FILE too"
)]
#[case(
    "ssl.key.location=key",
    "f:3: ssl.key.location needs the certificate of the key; write \
        ssl.certificate.location=FILE too"
)]
#[case(
    "ssl.certificate.location=ca\nssl.key.location=ca",
    "f:4: 'ca' holds no PEM private key; name \
        a file that does"
)]
#[case(
    "ssl.certificate.location=ca\nssl.key.location=locked",
    "f:4: ssl.key.location needs the \
        password of its encrypted key; write ssl.key.password=… too"
)]
#[case(
    "ssl.keystore.location=ca",
    "f:3: 'ca' holds no certificate with its private key in PEM or \
        PKCS#12; name a file that does"
)]
#[case(
    "enable.ssl.certificate.verification=maybe",
    "f:3: 'maybe' is not a yes or no; write true or \
        false"
)]
#[case(
    "ssl.endpoint.identification.algorithm=ldap",
    "f:3: 'ldap' is not a way to check host names; \
        write https, or none"
)]
fn encryption(#[case] lines: &str, #[case] expected: &str) {
    let world = World::properties(&format!("security.protocol=SSL\n{lines}"))
        .file("ca", CERTIFICATE)
        .file("key", KEY)
        .file("locked", ENCRYPTED_KEY)
        .file("p12", PKCS12)
        .file("t.jks", JKS)
        .file("it\\'s.jks", JKS);
    assert_eq!(world.error(), expected);
}

//! Parsers against what real tools wrote (JDK 17.0.15, py-spy 0.4.3, Go 1.26), and the tools
//! themselves on processes of this test.

mod parsers;
mod serving;

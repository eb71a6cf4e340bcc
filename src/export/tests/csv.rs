//! CSV rows, and names that need quotes.

use super::*;

const EXACT: Form = Form::Csv { escaped: false };

#[test]
fn one_row_a_group_and_partition() {
    let text = printed(EXACT, &snapshot(vec![billing(), secret()], vec![orders()]), Selection::ALL);
    let expected = [
        "group,state,type,coordinator,protocol,assignor,topic,partition,committed,leader_epoch,\
         metadata,end,log_start,lag,lost,headroom,owner,client_id,instance_id,host,leader,isr,\
         replicas,error",
        "billing,Stable,classic,2,consumer,range,orders,0,1200,,,1296,0,96,0,1200,client-1,client,,\
         /10.0.0.7,1,1,1 2,",
        "billing,Stable,classic,2,consumer,range,orders,1,,,,400,100,,,,,,,,1,1,1 2,",
        "billing,Stable,classic,2,consumer,range,orders,2,10,,,150,100,50,90,0,,,,,1,1,1 2,",
        "billing,Stable,classic,2,consumer,range,orders,3,9,,,7,0,-2,0,9,,,,,1,1,1 2,",
        "billing,Stable,classic,2,consumer,range,removed,0,5,,,,,,,,,,,,,,,\
         UNKNOWN_TOPIC_OR_PARTITION",
        "secret,,,,,,,,,,,,,,,,,,,,,,,GROUP_AUTHORIZATION_FAILED",
        "",
    ];
    assert_eq!(text, expected.join("\r\n"));
}

#[test]
fn names_are_quoted_and_come_back_as_they_were() {
    let name = "a,\"b\"\r\nc\u{1b}";
    let snapshot = snapshot(vec![group(name, vec![])], vec![]);
    let text = printed(EXACT, &snapshot, Selection::ALL);
    assert!(text.contains("\"a,\"\"b\"\"\r\nc\u{1b}\","), "{text:?}");
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.records().next().unwrap().unwrap()[0], name);

    let text = printed(Form::Csv { escaped: true }, &snapshot, Selection::ALL);
    assert!(text.contains("\"a,\"\"b\"\"\\u{d}\\u{a}c\\u{1b}\","), "{text:?}");
}

//! Groups of every type.

use super::*;

#[test]
fn list_groups() {
    for version in versions::<AskGroups>() {
        let group = |id| {
            let group = list_groups_response::ListedGroup::default()
                .with_group_id(group_id(id))
                .with_protocol_type(name("consumer"));
            let group =
                if version >= 4 { group.with_group_state(name("Reconciling")) } else { group };
            if version >= 5 { group.with_group_type(name("Consumer")) } else { group }
        };
        let response = ListGroupsResponse::default().with_groups(vec![group("a"), group("b")]);
        let list = read::<AskGroups>(&response, version).answer.unwrap();
        assert_eq!((list.groups.len(), &list.incomplete), (2, &None));
        assert_eq!(&*list.groups[1].group, "b");
        assert_eq!(list.groups[1].state, (version >= 4).then_some(GroupState::Reconciling));
        assert_eq!(list.groups[1].group_type, (version >= 5).then_some(GroupType::Consumer));
        let partly = response.with_error_code(14);
        let list = read::<AskGroups>(&partly, version).answer.unwrap();
        assert_eq!(list.incomplete, Some(KafkaError::new(14)));
        let failed = partly.with_groups(vec![]);
        assert_eq!(read::<AskGroups>(&failed, version).answer, Err(KafkaError::new(14)));
    }
}

#[test]
fn classic_groups() {
    let assignment: &[u8] = &[0, 0, 0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 1, 0, 0, 0, 6];
    for version in versions::<AskClassicGroups<'_>>() {
        let member = describe_groups_response::DescribedGroupMember::default()
            .with_member_id(name("m"))
            .with_client_id(name("c"))
            .with_client_host(name("/1"))
            .with_member_metadata(bytes::Bytes::from_static(b"\xff\xff odd"))
            .with_member_assignment(bytes::Bytes::from_static(assignment));
        let member =
            if version >= 4 { member.with_group_instance_id(Some(name("i"))) } else { member };
        let group = describe_groups_response::DescribedGroup::default()
            .with_group_id(group_id("g"))
            .with_group_state(name("Stable"))
            .with_protocol_type(name("consumer"))
            .with_protocol_data(name("range"))
            .with_members(vec![member.clone()]);
        let connect = group.clone().with_protocol_type(name("connect"));
        let gone = describe_groups_response::DescribedGroup::default()
            .with_group_id(group_id("gone"))
            .with_error_code(69);
        let response = DescribeGroupsResponse::default().with_groups(vec![group, connect, gone]);
        let groups = read::<AskClassicGroups<'_>>(&response, version).answer;
        let group = groups[0].1.as_ref().unwrap();
        assert_eq!((&group.state, group.assignor.as_deref()), (&GroupState::Stable, Some("range")));
        let member = &group.members[0];
        assert_eq!(member.instance_id.as_deref(), (version >= 4).then_some("i"));
        assert_eq!(member.assignment, Some(vec![TopicPartitions::new("t", vec![6])]));
        assert_eq!(member.subscription, None);
        assert_eq!(groups[1].1.as_ref().unwrap().members[0].assignment, None);
        assert_eq!((&*groups[2].0, &groups[2].1), ("gone", &Err(KafkaError::new(69))));
    }
}

#[test]
fn consumer_groups() {
    for version in versions::<AskConsumerGroups<'_>>() {
        let assignment = |partition| {
            consumer::Assignment::default().with_topic_partitions(vec![
                consumer::TopicPartitions::default()
                    .with_topic_id("01".repeat(16).parse().unwrap())
                    .with_topic_name(topic_name("t"))
                    .with_partitions(vec![partition]),
            ])
        };
        let member = consumer::Member::default()
            .with_member_id(name("m"))
            .with_rack_id(Some(name("r")))
            .with_member_epoch(4)
            .with_subscribed_topic_names(vec![topic_name("t")])
            .with_subscribed_topic_regex(Some(name("t.*")))
            .with_assignment(assignment(1))
            .with_target_assignment(assignment(2));
        let member = if version >= 1 { member.with_member_type(1) } else { member };
        let group = consumer::DescribedGroup::default()
            .with_group_id(group_id("g"))
            .with_group_state(name("Assigning"))
            .with_group_epoch(6)
            .with_assignment_epoch(5)
            .with_assignor_name(name("uniform"))
            .with_members(vec![member]);
        let gone = consumer::DescribedGroup::default()
            .with_error_code(69)
            .with_error_message(Some(name("Group x not found.")));
        let response = ConsumerGroupDescribeResponse::default().with_groups(vec![group, gone]);
        let groups = read::<AskConsumerGroups<'_>>(&response, version).answer;
        let group = groups[0].1.as_ref().unwrap();
        assert_eq!((group.group_epoch, group.assignment_epoch), (6, 5));
        let member = &group.members[0];
        assert_eq!(member.member_epoch, 4);
        assert_eq!(member.subscribed_regex.as_deref(), Some("t.*"));
        assert_eq!(
            (&*member.assignment[0].partitions, &*member.target[0].partitions),
            (&[1][..], &[2][..])
        );
        assert_eq!(member.target[0].topic_id, Some([1; 16]));
        assert_eq!(member.member_type, (version >= 1).then_some(MemberType::Consumer));
        assert_eq!(groups[1].1.as_ref().unwrap_err().message(), Some("Group x not found."));
    }
}

#[test]
fn share_groups() {
    for version in versions::<AskShareGroups<'_>>() {
        let assignment = share::Assignment::default().with_topic_partitions(vec![
            share::TopicPartitions::default()
                .with_topic_name(topic_name("t"))
                .with_partitions(vec![0]),
        ]);
        let member = share::Member::default().with_member_id(name("m")).with_assignment(assignment);
        let group = share::DescribedGroup::default()
            .with_group_id(group_id("g"))
            .with_group_state(name("Stable"))
            .with_members(vec![member]);
        let response = ShareGroupDescribeResponse::default().with_groups(vec![group]);
        let groups = read::<AskShareGroups<'_>>(&response, version).answer;
        let group = groups[0].1.as_ref().unwrap();
        assert_eq!(group.members[0].assignment, [TopicPartitions::new("t", vec![0])]);
    }
}

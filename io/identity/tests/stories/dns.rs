// SPDX-License-Identifier: MIT OR Apache-2.0
//! Proofs of domains, from a name server that says what it is told.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, rdata::TXT},
};
use incamera_identity::{DomainError, Domains, record_name};
use tokio::net::UdpSocket;

#[tokio::test]
async fn a_domain_with_the_record_is_proved() {
    check(Answer::Texts(&[&["value"]]), Ok(())).await;
    check(Answer::Texts(&[&["something else"], &["value"]]), Ok(())).await;
    check(Answer::Texts(&[&["va", "lue"]]), Ok(())).await;
    check(Answer::Texts(&[&[" value "]]), Ok(())).await;
}

#[tokio::test]
async fn a_domain_with_another_record_or_none_is_not_proved() {
    check(
        Answer::Texts(&[&["something else"]]),
        Err(DomainError::WrongValue),
    )
    .await;
    check(
        Answer::Texts(&[&["value and more"]]),
        Err(DomainError::WrongValue),
    )
    .await;
    check(Answer::Texts(&[&["va"], &["lue"]]), Err(DomainError::WrongValue)).await;
    check(Answer::Texts(&[&[""]]), Err(DomainError::WrongValue)).await;
    check(Answer::Texts(&[]), Err(DomainError::NoRecord)).await;
    check(Answer::Code(ResponseCode::NXDomain), Err(DomainError::NoRecord)).await;
}

#[tokio::test]
async fn a_name_server_that_fails_or_stalls_proves_nothing_and_holds_nobody_up() {
    check(
        Answer::Code(ResponseCode::ServFail),
        Err(DomainError::Unreachable),
    )
    .await;
    check(Answer::Code(ResponseCode::Refused), Err(DomainError::Unreachable)).await;
    let began = Instant::now();
    check(Answer::Nothing, Err(DomainError::Timeout)).await;
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_answer_to_another_question_is_ignored() {
    check(Answer::OtherName, Err(DomainError::NoRecord)).await;
}

#[tokio::test]
async fn what_is_no_domain_is_not_looked_up() {
    let server = serve(Answer::Texts(&[&["value"]])).await;
    let domains = Domains::new(Some(server)).expect("a resolver");
    let long = format!("{}org", "abcdefghi.".repeat(25));
    for bad in ["", "org", "127.0.0.1", "a..org", "exa mple.org", long.as_str()] {
        assert_eq!(
            domains.check(bad, "value").await,
            Err(DomainError::BadDomain),
            "{bad}"
        );
    }
    assert_eq!(domains.check("Bücher.Example", "value").await, Ok(()));
}

async fn check(answer: Answer, expected: Result<(), DomainError>) {
    let server = serve(answer).await;
    let domains = Domains::with_timeout(Some(server), Duration::from_millis(900)).expect("a resolver");
    assert_eq!(
        domains.check("example.org", "value").await,
        expected,
        "{answer:?}"
    );
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Texts(&'static [&'static [&'static str]]),
    Code(ResponseCode),
    OtherName,
    Nothing,
}

async fn serve(answer: Answer) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("a bound socket");
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let query = Message::from_vec(&buffer[..length]).expect("a query");
            let question = query.queries[0].clone();
            assert!(
                question
                    .name()
                    .to_ascii()
                    .eq_ignore_ascii_case(&format!("{}.", record_name("example.org")))
                    || question.name().to_ascii().starts_with("_incamera.xn--")
            );
            let mut response = Message::response(query.metadata.id, query.metadata.op_code);
            response.add_query(question.clone());
            match answer {
                Answer::Nothing => continue,
                Answer::Code(code) => response.metadata.response_code = code,
                Answer::Texts(texts) => {
                    for text in texts {
                        let text = TXT::new(text.iter().map(|part| String::from(*part)).collect());
                        response.add_answer(Record::from_rdata(
                            question.name().clone(),
                            60,
                            RData::TXT(text),
                        ));
                    }
                }
                Answer::OtherName => {
                    let name = "_incamera.evil.example.".parse().expect("well formed");
                    let text = TXT::new(vec![String::from("value")]);
                    response.add_answer(Record::from_rdata(name, 60, RData::TXT(text)));
                }
            }
            socket
                .send_to(&response.to_vec().expect("a response"), from)
                .await
                .expect("the resolver listens");
        }
    });
    address
}

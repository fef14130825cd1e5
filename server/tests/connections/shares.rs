//! What one client may take of connections and memory.

use super::process::{Process, rest, status, until};
use brisk_test_waiting::{LIMIT, eventually_blocking};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const PAGE: &str = "GET /d/sales HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\n\r\n";

/// A connection from another address of this machine.
fn connect_from(brisk: &Process, address: &str) -> TcpStream {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let of = |address: String| address.parse::<std::net::SocketAddr>().unwrap();
    socket.bind(&of(format!("{address}:0")).into()).unwrap();
    socket.connect(&of(format!("127.0.0.1:{}", brisk.port)).into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

#[test]
fn a_client_with_too_many_busy_connections_is_told_so_and_others_are_not() {
    let brisk = Process::start("[connections]\nmost = 100\nper_client = 3\n");
    let mut busy: Vec<TcpStream> = (0..3).map(|_| brisk.form()).collect();
    let refused = brisk.send(PAGE);
    let refused = rest(&mut { refused });
    assert_eq!(status(&refused), 429, "{refused}");
    assert!(refused.contains("retry-after: 5\r\n") && refused.contains("connection: close\r\n"));
    assert!(refused.contains("from your address"), "{refused}");
    let mut other = connect_from(&brisk, "127.0.0.2");
    other.write_all(PAGE.as_bytes()).unwrap();
    assert_eq!(status(&rest(&mut other)), 200);
    busy.pop();
    eventually_blocking("there is room again", || status(&brisk.get("/d/sales")) == 200);
    assert!(brisk.figure("connections_of_client_total") >= 1);
    // Of the connections that wait for it, the one that has waited longest gives way.
    let mut idle = brisk.send("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    until(&mut idle, "ready");
    assert_eq!(status(&brisk.get("/d/sales")), 200);
    assert_eq!(rest(&mut idle), "");
}

#[test]
fn a_client_that_opens_more_and_more_is_not_even_told() {
    let brisk = Process::start("[connections]\nmost = 200\nper_client = 2\n");
    let busy: Vec<TcpStream> = (0..2).map(|_| brisk.form()).collect();
    let crowd: Vec<TcpStream> = (0..100).map(|_| brisk.connect()).collect();
    let mut other = connect_from(&brisk, "127.0.0.2");
    other.write_all(PAGE.as_bytes()).unwrap();
    assert_eq!(status(&rest(&mut other)), 200);
    drop((busy, crowd));
}

#[test]
fn behind_a_trusted_proxy_each_client_that_it_names_has_so_many_requests_at_a_time() {
    let settings = "trusted_proxies = [\"127.0.0.1\"]\n[connections]\nmost = 100\nper_client = 3\n";
    let brisk = Process::start(settings);
    let live = |client: &str| {
        brisk.send(&format!(
            "GET /d/sales/live HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {client}\r\n\r\n"
        ))
    };
    let mut open: Vec<TcpStream> = (0..3).map(|_| live("192.0.2.1")).collect();
    open.iter_mut().for_each(|stream| _ = until(stream, "retry: 2000"));
    // The proxy itself may have as many connections as there are.
    let mut others: Vec<TcpStream> = (0..6).map(|n| live(&format!("192.0.2.{}", n + 2))).collect();
    others.iter_mut().for_each(|stream| _ = until(stream, "retry: 2000"));
    let of = |client: &str| PAGE.replace("host:", &format!("x-forwarded-for: {client}\r\nhost:"));
    assert_eq!(status(&rest(&mut brisk.send(&of("192.0.2.1")))), 429);
    assert_eq!(status(&rest(&mut brisk.send(&of("192.0.2.9")))), 200);
    drop(open);
    eventually_blocking("there is room again", || {
        status(&rest(&mut brisk.send(&of("192.0.2.1")))) == 200
    });
}

#[test]
fn the_same_long_answer_is_in_memory_once_however_many_do_not_read_it() {
    let brisk = Process::start("[connections]\nwrite = \"1h\"\n");
    let path = "/api/v1/dashboards/sales/panels/rows.csv";
    let length = brisk.get(path).len() as u64;
    assert!(length > 500_000, "{length}");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let readers: Vec<TcpStream> = (0..60).map(|_| brisk.send(&request)).collect();
    eventually_blocking("they are all being answered", || brisk.figure("open_connections") >= 60);
    eventually_blocking("one of them is held", || brisk.figure("unsent_bytes") > 500_000);
    assert!(brisk.figure("unsent_bytes") <= length, "{}", brisk.figure("unsent_bytes"));
    drop(readers);
    eventually_blocking("nothing is held", || brisk.figure("unsent_bytes") == 0);
}

#[test]
fn long_answers_beyond_the_limit_are_refused_to_who_has_most_of_them() {
    let brisk = Process::start("[connections]\nunsent = \"2 MiB\"\nwrite = \"1h\"\n");
    // Answers of half a megabyte and more, all different.
    let request = |n: u32| {
        format!(
            "GET /api/v1/dashboards/sales/data?range=last-{}-days HTTP/1.1\r\nhost: localhost\r\n\r\n",
            n + 2
        )
    };
    let readers: Vec<TcpStream> = (0..10).map(|n| brisk.send(&request(n))).collect();
    eventually_blocking("some are refused", || brisk.figure("unsent_refused_total") > 0);
    assert!(brisk.figure("unsent_bytes") <= 1 << 20, "half of it is for others");
    let refused = brisk.get("/api/v1/dashboards/sales/data?range=last-20-days");
    assert_eq!(status(&refused), 503, "{}", &refused[..300.min(refused.len())]);
    assert!(refused.contains("retry-after: 10\r\n"), "{refused}");
    assert_eq!(status(&brisk.get("/readyz")), 200, "short answers are as before");
    let mut other = connect_from(&brisk, "127.0.0.2");
    other.write_all(request(30).replace("host:", "connection: close\r\nhost:").as_bytes()).unwrap();
    assert_eq!(status(&rest(&mut other)), 200);
    drop(readers);
    eventually_blocking("there is room again", || {
        status(&brisk.get("/api/v1/dashboards/sales/data?range=last-20-days")) == 200
    });
}

#[test]
fn a_reader_that_takes_a_trickle_is_ended() {
    let brisk = Process::start("[connections]\nwrite = \"1s\"\nleast_rate = \"64 MiB\"\n");
    brisk.add_asset("long", 64 << 20);
    let mut reader = brisk.send("GET /assets/long HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut buffer = vec![0; 64 << 10];
    let mut come = 0;
    loop {
        std::thread::sleep(Duration::from_millis(50));
        match reader.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => come += count,
        }
        assert!(come < 64 << 20, "it got everything");
    }
    eventually_blocking("it is counted", || brisk.figure("connections_slow_total") == 1);
}

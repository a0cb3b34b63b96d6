#!/bin/bash
# Real HTTP and HTTPS: nginx and curl on loopback, IPv4 and IPv6.
#
#	curl ---- lo [ 127.0.0.1, ::1 ] ---- nginx, ports 80 and 443
#	     ---- void [ 192.0.2.0/24 ] ---- nobody
#
# For each curl there must be exactly one connection, with the opening, the
# closing and the closer that tcpdump shows, and each phase's numbers and time.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

page_bytes=5000

# Without a length, only the end of the connection says where the page ends:
# the server closes first, for certain. Otherwise curl, which has all, does.
nginx_conf() {
	cat <<-END
		user root;
		worker_processes 1;
		pid $1/nginx.pid;
		error_log $1/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $1/body;
			proxy_temp_path $1/proxy;
			fastcgi_temp_path $1/fastcgi;
			uwsgi_temp_path $1/uwsgi;
			scgi_temp_path $1/scgi;
			ssl_certificate $1/cert.pem;
			ssl_certificate_key $1/key.pem;
			gzip_types text/plain;
			default_type text/plain;
			server {
				listen 127.0.0.1:80;
				listen [::1]:80;
				listen 127.0.0.1:443 ssl;
				listen [::1]:443 ssl;
				root $1/www;
				location /endless {
					gzip on;
					gzip_min_length 1;
					chunked_transfer_encoding off;
				}
				location /once { keepalive_timeout 0; }
			}
		}
	END
}

start_nginx() {
	mkdir "$tmp/www"
	head -c "$page_bytes" /dev/zero | tr '\0' x >"$tmp/www/page"
	cp "$tmp/www/page" "$tmp/www/endless"
	cp "$tmp/www/page" "$tmp/www/once"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 2 -subj /CN=localhost \
		-keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
	chmod 755 "$tmp"
	nginx_conf "$tmp" >"$tmp/nginx.conf"
	nginx -p "$tmp" -c "$tmp/nginx.conf" -g 'daemon off;' \
		2>"$tmp/nginx.log" &
	undo stop $!
	wait_for "nginx" listens 443
}

start_tcpdump() {
	tcpdump -i lo -w "$tmp/lo.pcap" -U -s 128 -B 8192 \
		--time-stamp-precision nano tcp 2>"$tmp/tcpdump.log" &
	tcpdump=$!
	undo stop "$tcpdump"
	wait_for "tcpdump" grep -q 'listening on' "$tmp/tcpdump.log"
}

has_marker() {
	tcpdump -r "$tmp/lo.pcap" 'tcp dst port 9' 2>/dev/null | grep -q .
}

# It lags behind: once it has written a SYN that comes last, it has all before it.
stop_tcpdump() {
	(exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null || :
	wait_for "tcpdump to catch up" has_marker
	kill -INT "$tcpdump"
	wait "$tcpdump" || :
}

# fetch CLOSER CURL-ARG...: notes who must have closed, and the ports
fetch() {
	local closer=$1 ports
	shift

	ports=$(curl -s -k -o "$tmp/got" -w '%{local_port} %{remote_port}\n' \
		"$@" | tail -n 1) || fail "curl $*: exit status $?"
	printf '%s %s\n' "$ports" "$closer" >>"$tmp/curls"
}

compare() {
	local curls

	curls=$(wc -l <"$tmp/curls")
	wait_for "$curls connections" stat_reaches conns "$curls"
	wait_for "quiet" is_quiet
	same "$(stat_of conns)" "$curls" conns
	records >"$tmp/records"
	stop_tcpdump
	python3 "$here/http_compare.py" "$tmp/curls" "$tmp/records" \
		"$tmp/lo.pcap"
	books_balance
}

watch_lo() {
	require nginx curl openssl tcpdump ss python3
	synfin_load
	start_nginx
	start_tcpdump
}

client_closes_first() {
	watch_lo
	fetch client http://127.0.0.1/page
	same "$(wc -c <"$tmp/got")" "$page_bytes" "bytes of the page"
	fetch client 'http://[::1]/page'
	# The end of TLS is a record of its own, and may make the server close.
	fetch any https://127.0.0.1/page
	fetch any 'https://[::1]/page'
	compare
}

server_closes_first() {
	watch_lo
	fetch server --compressed http://127.0.0.1/endless
	same "$(wc -c <"$tmp/got")" "$page_bytes" "bytes of the page"
	fetch server --compressed 'http://[::1]/endless'
	fetch any -H 'Connection: close' http://127.0.0.1/page
	fetch any https://127.0.0.1/once
	compare
}

many_at_once() {
	local pids=()

	watch_lo
	for _ in 1 2 3 4 5 6; do
		curl -s -o /dev/null -w '%{local_port} %{remote_port} client\n' \
			http://127.0.0.1/page >>"$tmp/curls" &
		pids+=($!)
	done
	wait "${pids[@]}"
	compare
}

python_client() {
	watch_lo
	python3 - >>"$tmp/curls" <<-'END'
		import socket
		s = socket.socket()
		s.connect(("127.0.0.1", 80))
		s.sendall(b"GET /page HTTP/1.0\r\n\r\n")
		while s.recv(4096):
		    pass
		print(s.getsockname()[1], 80, "server")
		s.close()
	END
	compare
}

kept_alive_is_one() {
	watch_lo
	fetch client http://127.0.0.1/page -o /dev/null http://127.0.0.1/page \
		-o /dev/null http://127.0.0.1/page
	compare
}

# conn_has PORT FIELD=VALUE...: the only connection to the port has these
conn_has() {
	local port=$1 line field
	shift

	line=$(records conn | grep " server_port=$port " || :)
	same "$(grep -c . <<<"$line")" 1 "connections to port $port"
	for field in "$@"; do
		[[ " $line " == *" $field "* ]] || fail "no $field: $line"
	done
}

refused() {
	require curl
	synfin_load
	refuses curl -s http://127.0.0.1:81/
	refuses curl -s 'http://[::1]:82/'
	wait_for "two connections" stat_reaches conns 2
	conn_has 81 open=refused close=none family=4 syn_count=1 rst_count=1
	conn_has 82 open=refused close=none family=6 syn_count=1 rst_count=1
	same "$(stat_of open_refused)" 2 open_refused
	books_balance
}

unanswered() {
	local syns sent

	require curl ip
	void_net
	synfin_load unanswered_timeout=4
	refuses curl -s --connect-timeout 3 http://192.0.2.9/
	refuses curl -s --connect-timeout 1 'http://[2001:db8::9]:81/'
	wait_for "the tracker to give up" stat_reaches conns 2
	conn_has 80 open=unanswered close=none family=4 syn_ack_count=0
	conn_has 81 open=unanswered close=none family=6
	syns=$(records phase | grep -c ' server_port=80 .*phase=syn ')
	at_least "$syns" 2 "SYNs, one sent again"
	# All are counted, and the first, second, fourth recorded.
	sent=$(records conn | sed -n 's/.* server_port=80 .*syn_count=\([0-9]*\).*/\1/p')
	at_least "$sent" "$syns" "SYNs counted"
	at_most "$sent" 4 "SYNs counted"
	same "$(records phase | grep -c 'phase=timeout')" 2 "phases timeout"
	books_balance
}

unreachable() {
	require curl ip
	void_net
	synfin_load
	ip route add prohibit 192.0.2.128/25
	undo ip route del prohibit 192.0.2.128/25
	refuses curl -s --connect-timeout 1 http://192.0.2.200/
	# The kernel refused before it made a segment: nothing was there to see.
	same "$(stat_of segments)" 0 segments
}

run "the client closes first, HTTP and HTTPS, IPv4 and IPv6" client_closes_first
run "the server closes first" server_closes_first
run "six clients at once" many_at_once
run "a client in ten lines of Python" python_client
run "three pages over one connection are one connection" kept_alive_is_one
run "refused" refused
run "unanswered, SYNs sent again counted" unanswered
run "a route that forbids makes no segment" unreachable
finish

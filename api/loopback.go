package api

import "net"

// isLoopback reports whether an address is this machine's own.
func isLoopback(address string) bool {
	ip := net.ParseIP(address)
	return ip != nil && ip.IsLoopback()
}

// isLoopbackHost reports whether a Host header names this machine by address or as localhost. A
// page of a foreign name that was made to resolve to this machine (DNS rebinding) does not.
func isLoopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return name == "localhost" || isLoopback(name)
}

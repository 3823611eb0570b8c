package devstack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// ClaimAddress returns the host and port that a child will listen on. Port 0 takes the port that
// was remembered from the last start if it is free, or else any free one. A port in use, or a
// value that is no address, is an error that names the flag.
func ClaimAddress(ctx context.Context, flag, address, remembered string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("%s %s is not a host and port such as 127.0.0.1:8080", flag, address)
	}
	if port == "0" && remembered != "" {
		if rememberedHost, _, err := net.SplitHostPort(remembered); err == nil && rememberedHost == host {
			if claimed, err := tryListen(ctx, remembered); err == nil {
				return claimed, nil
			}
		}
	}
	if port == "0" {
		if claimed, err := quietPort(ctx, host); err == nil {
			return claimed, nil
		}
	}
	claimed, err := tryListen(ctx, address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "", fmt.Errorf("%s %s: the port is in use by another program; stop that program or choose another port (0 picks a free one)", flag, address)
	case err != nil:
		return "", fmt.Errorf("%s %s cannot be listened on (%w); choose another address", flag, address, err)
	}
	return claimed, nil
}

const (
	// firstQuietPort and quietPorts are ports below those that Linux, macOS and Windows hand out by
	// themselves.
	firstQuietPort = 20_000
	quietPorts     = 12_000
	// quietTries bounds the search among them.
	quietTries = 50
)

// quietPort returns an address with a free port that no other program is given by chance. The Temporal
// server asks for free ports of its own after the addresses of its siblings were chosen, and would now
// and then be given one of theirs.
func quietPort(ctx context.Context, host string) (claimed string, err error) {
	for range quietTries {
		port := strconv.Itoa(firstQuietPort + rand.IntN(quietPorts))
		if claimed, err = tryListen(ctx, net.JoinHostPort(host, port)); err == nil {
			return claimed, nil
		}
	}
	return "", err
}

// tryListen opens and closes the address. Between that and the child's own listening another
// program could take the port; the child then says so and the start fails in one line.
func tryListen(ctx context.Context, address string) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// watchdog starts the server and ends it when its standard input closes, which the system does for
// a test process that ends in any way, kill -9 included. $1 is postgres, $2 the folder around its
// data, $3 the signal that ends it, $4 the folder to remove afterwards or nothing. Descriptor 3, a
// lock on the folder, stays open in the shell alone.
const watchdog = `
"$1" -D "$2/data" 3>&- </dev/null >"$2/log" 2>&1 &
server=$!
cat 3>&- >/dev/null
kill -s "$3" "$server" 2>/dev/null
wait "$server"
[ -z "$4" ] || rm -rf "$4" "$4.lock"
`

// settings make a server quick and forgetful: it dies with its tests.
const settings = `
listen_addresses = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
autovacuum = on
log_min_messages = warning
`

// server is a running cluster that listens on a Unix socket alone.
type server struct {
	url      string
	lifeline *os.File
	process  *exec.Cmd
}

// start runs a server on the data in a folder and listens there. With a lock it is temporary: its
// watchdog holds the lock, does not let it take the time to shut down, and removes the folder.
func start(ctx context.Context, binaries, folder string, owner account, lock *os.File) (*server, error) {
	configuration := settings + fmt.Sprintf("unix_socket_directories = '%s'\n", folder)
	if err := owner.write(filepath.Join(folder, "data", "postgresql.auto.conf"), configuration); err != nil {
		return nil, err
	}
	signal, remove := "INT", ""
	if lock != nil {
		signal, remove = "QUIT", folder
	}
	process := owner.command(ctx, folder, "/bin/sh", "-c", watchdog, "watchdog",
		filepath.Join(binaries, "postgres"), folder, signal, remove)
	if lock != nil {
		process.ExtraFiles = []*os.File{lock}
	}
	// A pipe made by hand: exec's own would keep a goroutine, and tests look for leaked ones.
	reader, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making the watchdog's pipe: %w", err)
	}
	process.Stdin = reader
	err = process.Start()
	if closing := reader.Close(); err != nil || closing != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", errors.Join(err, closing, lifeline.Close()))
	}
	started := &server{url: address(folder, "postgres"), lifeline: lifeline, process: process}
	if err := answers(ctx, started.url, filepath.Join(folder, "log")); err != nil {
		return nil, errors.Join(err, started.stop())
	}
	return started, nil
}

// stop ends the server and waits until it is gone.
func (s *server) stop() error {
	if err := s.lifeline.Close(); err != nil {
		return fmt.Errorf("closing the watchdog's pipe: %w", err)
	}
	if err := s.process.Wait(); err != nil {
		return fmt.Errorf("waiting for PostgreSQL to end: %w", err)
	}
	return nil
}

// address returns the URL of a database on a server that listens in a folder.
func address(socket, database string) string {
	query := url.Values{"host": {socket}, "user": {"postgres"}}
	return "postgres:///" + database + "?" + query.Encode()
}

// answers waits until the server takes connections, for half a minute at most.
func answers(ctx context.Context, url, log string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	for {
		connection, err := pgx.Connect(ctx, url)
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			text, reading := os.ReadFile(log)
			return fmt.Errorf("PostgreSQL does not answer: %w; its log: %s", errors.Join(err, reading), text)
		}
	}
}

package devstack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// databaseUser owns the cluster and is its superuser; databaseName is the one database.
	databaseUser = "omnicloud"
	databaseName = "omnicloud"
	// linkedClusters holds clusters of data folders that PostgreSQL's account cannot reach.
	linkedClusters = "/var/lib/omnicloud"
)

// Cluster is a private PostgreSQL cluster: its own data, port and password, apart from any
// PostgreSQL that the machine runs.
type Cluster struct {
	home     string
	programs binaries
	account  *Account
	password string
	address  string
}

// PrepareCluster finds PostgreSQL and makes the cluster where the folder holds none yet.
// programs names the folder of PostgreSQL's server programs; empty means to look for them.
// address is the loopback host and port that it will listen on.
func PrepareCluster(ctx context.Context, folder *Folder, programs, address string) (*Cluster, error) {
	account, err := unprivilegedAccount()
	if err != nil {
		return nil, err
	}
	cluster := &Cluster{account: account, address: address}
	if cluster.home, err = clusterHome(folder, account); err != nil {
		return nil, err
	}
	made, err := cluster.madeBy()
	if err != nil {
		return nil, folder.unusable(err)
	}
	if cluster.programs, err = findBinaries(ctx, programs, made); err != nil {
		return nil, err
	}
	if cluster.password, err = clusterPassword(folder); err != nil {
		return nil, err
	}
	if made == 0 {
		err = cluster.create(ctx, folder)
		return cluster, err
	}
	if account != nil {
		if cluster.account, err = ownerOf(cluster.data()); err != nil {
			return nil, err
		}
	}
	return cluster, cluster.disownStaleLock()
}

// clusterHome returns the folder of the cluster: postgres below the data folder, or, where a root
// supervisor's PostgreSQL cannot pass to it (a clone below a 0700 home), a folder of
// /var/lib/omnicloud that postgres is then a link to.
func clusterHome(folder *Folder, account *Account) (string, error) {
	path := filepath.Join(folder.Path(), "postgres")
	if home, err := filepath.EvalSymlinks(path); err == nil {
		return home, nil
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("%s links to a folder that is gone, and the database with it; remove the link to start afresh", path)
	}
	reachable, err := account.reaches(path)
	if err != nil {
		return "", err
	}
	home := path
	if reachable {
		err = os.Mkdir(path, 0o700)
	} else if err = os.MkdirAll(linkedClusters, 0o755); err == nil {
		if home, err = os.MkdirTemp(linkedClusters, "cluster-"); err == nil {
			err = os.Symlink(home, path)
		}
	}
	if err == nil {
		err = account.own(home)
	}
	if err != nil {
		return "", folder.unusable(err)
	}
	return home, nil
}

func (c *Cluster) data() string { return filepath.Join(c.home, "cluster") }

// madeBy is the major version of PostgreSQL that made the cluster, 0 where there is none.
func (c *Cluster) madeBy() (int, error) {
	content, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(content)))
}

// clusterPassword returns the superuser's password, a random one made at the first start.
func clusterPassword(folder *Folder) (string, error) {
	path := filepath.Join(folder.Keys(), "postgres.password")
	content, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", folder.unusable(err)
	}
	password := rand.Text()
	return password, folder.WriteFile(path, []byte(password+"\n"))
}

// create makes the cluster beside its final place and then renames it there, so that a start that
// is killed half way leaves nothing that looks whole.
func (c *Cluster) create(ctx context.Context, folder *Folder) error {
	unfinished := c.data() + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return folder.unusable(err)
	}
	passwordFile := filepath.Join(c.home, "password")
	if err := folder.WriteFile(passwordFile, []byte(c.password)); err != nil {
		return err
	}
	defer func() { _ = os.Remove(passwordFile) }()
	if err := c.account.own(passwordFile); err != nil {
		return folder.unusable(err)
	}
	// The C locale orders text by its bytes on every machine, as the results' order demands.
	initdb := exec.CommandContext(
		ctx, filepath.Join(c.programs.folder, "initdb"),
		"--pgdata", unfinished, "--username", databaseUser, "--pwfile", passwordFile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-instructions",
	)
	initdb.Dir = c.home
	initdb.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.account.apply(initdb)
	out, err := initdb.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return folder.Explain(c.creationFailed(string(out), err))
	}
	if err := os.Rename(unfinished, c.data()); err != nil {
		return folder.unusable(err)
	}
	return nil
}

func (c *Cluster) creationFailed(out string, err error) error {
	reason := err.Error()
	for line := range strings.Lines(out) {
		for _, mark := range []string{"error: ", "FATAL:  "} {
			if _, after, found := strings.Cut(line, mark); found {
				reason = strings.TrimSpace(after)
			}
		}
	}
	return fmt.Errorf("PostgreSQL's initdb cannot make a database in %s: %s", c.home, reason)
}

// Version is the major version of PostgreSQL in use.
func (c *Cluster) Version() int { return c.programs.major }

// URL is the connection URL of the one database, password included.
func (c *Cluster) URL() string { return c.url(databaseName) }

func (c *Cluster) url(database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(databaseUser, c.password),
		Host: c.address, Path: "/" + database, RawQuery: "sslmode=disable",
	}).String()
}

// Child is the process to supervise. It is ready once the one database exists and answers, also
// after the recovery that follows a kill.
func (c *Cluster) Child() Child {
	host, port, _ := net.SplitHostPort(c.address)
	args := []string{"-D", c.data(), "-p", port}
	for _, setting := range []string{
		"listen_addresses=" + host,
		// A socket's path may be no longer than about 100 bytes, a data folder's may.
		"unix_socket_directories=",
		"max_connections=100",
		"shared_buffers=256MB",
		"max_wal_size=2GB",
		"wal_level=minimal", "max_wal_senders=0",
		// The 64 MB of /dev/shm in a container are too few for a parallel query.
		"dynamic_shared_memory_type=mmap",
		"jit=off",
		"timezone=UTC", "log_timezone=UTC",
	} {
		args = append(args, "-c", setting)
	}
	return Child{
		Name:        "postgres",
		Path:        filepath.Join(c.programs.folder, "postgres"),
		Args:        args,
		Dir:         c.home,
		Account:     c.account,
		Ready:       c.ready,
		ReadyWithin: 5 * time.Minute,
		// SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
		StopSignal: syscall.SIGINT,
		StopGrace:  time.Minute,
		// Sessions of a killed server may outlive it by the end of their statement.
		Transient: func(line string) bool { return strings.Contains(line, "still in use") },
	}
}

func (c *Cluster) ready(ctx context.Context) error {
	connection, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	var exists bool
	const query = `select exists (select from pg_database where datname = $1)`
	if err := connection.QueryRow(ctx, query, databaseName).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = connection.Exec(ctx, `create database `+databaseName)
	return err
}

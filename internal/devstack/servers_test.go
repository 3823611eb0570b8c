package devstack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startCluster brings a real cluster up under a supervisor.
func startCluster(t *testing.T, folder *Folder) (*Cluster, *Supervisor) {
	t.Helper()
	cluster, err := PrepareCluster(t.Context(), folder, "", freeAddress(t))
	require.NoError(t, err)
	supervisor := newSupervisor(t, folder)
	require.NoError(t, supervisor.Start(t.Context(), cluster.Child()))
	return cluster, supervisor
}

func execute(ctx context.Context, cluster *Cluster, statement string) error {
	connection, err := pgx.Connect(ctx, cluster.URL())
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	_, err = connection.Exec(ctx, statement)
	return err
}

func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}

	t.Run("what is stored survives a kill and a new start", func(t *testing.T) {
		folder := newFolder(t)
		cluster, supervisor := startCluster(t, folder)
		require.NoError(t, execute(t.Context(), cluster, "create table kept (id int); insert into kept values (1)"))
		require.NoError(t, syscall.Kill(readPIDFile(t, folder, "postgres").PID, syscall.SIGKILL))
		require.Eventually(t, func() bool {
			return execute(t.Context(), cluster, "insert into kept values (2)") == nil
		}, patience, pollEvery)
		supervisor.Stop()

		again, _ := startCluster(t, folder)
		require.NoError(t, execute(t.Context(), again, "do $$ begin assert (select sum(id) from kept) = 3; end $$"))
	})

	for holder, program := range map[string][]string{
		"another program": {"sleep", "1000"},
		"a zombie":        {"true"},
	} {
		t.Run("a lock whose pid belongs to "+holder+" is no obstacle", func(t *testing.T) {
			folder := newFolder(t)
			cluster, err := PrepareCluster(t.Context(), folder, "", freeAddress(t))
			require.NoError(t, err)
			stranger := exec.Command(program[0], program[1:]...)
			stranger.SysProcAttr = &syscall.SysProcAttr{}
			cluster.account.apply(stranger)
			require.NoError(t, stranger.Start())
			defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
			lock := filepath.Join(cluster.data(), "postmaster.pid")
			stale := strconv.Itoa(stranger.Process.Pid) + "\n" + cluster.data() + "\n1700000000\n5432\n\n127.0.0.1\n        0         0\nready   \n"
			require.NoError(t, os.WriteFile(lock, []byte(stale), 0o600))
			require.NoError(t, cluster.account.own(lock))
			startCluster(t, folder)
		})
	}

	t.Run("a start that was killed half way begins anew", func(t *testing.T) {
		folder := newFolder(t)
		home, err := clusterHome(folder, nil)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(home, "cluster.new", "base"), 0o700))
		account, err := unprivilegedAccount()
		require.NoError(t, err)
		require.NoError(t, account.own(home))
		startCluster(t, folder)
	})

	t.Run("nobody gets in without the password", func(t *testing.T) {
		cluster, _ := startCluster(t, newFolder(t))
		connection, err := pgx.Connect(t.Context(), strings.Replace(cluster.URL(), cluster.password, "guess", 1))
		if err == nil {
			_ = connection.Close(t.Context())
		}
		assert.ErrorContains(t, err, "password authentication failed")
	})

	t.Run("root puts the cluster where PostgreSQL's account can reach it", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root runs PostgreSQL as somebody else")
		}
		closed := reachableFolder(t)
		require.NoError(t, os.Chmod(closed, 0o700))
		folder, err := OpenFolder(filepath.Join(closed, "data"))
		require.NoError(t, err)
		t.Cleanup(folder.Close)
		cluster, _ := startCluster(t, folder)
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(cluster.home)) })
		assert.Equal(t, linkedClusters, filepath.Dir(cluster.home))
		linked, err := os.Readlink(filepath.Join(folder.Path(), "postgres"))
		require.NoError(t, err)
		assert.Equal(t, cluster.home, linked)
	})
}

func TestFindBinaries(t *testing.T) {
	t.Run("a folder without PostgreSQL names the flag", func(t *testing.T) {
		empty := t.TempDir()
		_, err := findBinaries(t.Context(), empty, 0)
		assert.EqualError(t, err, "--postgres-bin "+empty+" holds no PostgreSQL server of version 14 or newer; name the folder with initdb and postgres")
	})

	t.Run("a machine without PostgreSQL is told what to install", func(t *testing.T) {
		usual := postgresFolders
		postgresFolders = nil
		defer func() { postgresFolders = usual }()
		t.Setenv("PATH", t.TempDir())
		_, err := findBinaries(t.Context(), "", 0)
		require.ErrorContains(t, err, "apt-get install postgresql")
		assert.NotContains(t, err.Error(), "\n")
	})

	t.Run("the newest wins unless a cluster wants its own version", func(t *testing.T) {
		root := t.TempDir()
		for _, version := range []string{"9.6", "13.2", "15.4", "16.1"} {
			fakeBinaries(t, filepath.Join(root, version), version)
		}
		usual := postgresFolders
		postgresFolders = []string{filepath.Join(root, "*")}
		defer func() { postgresFolders = usual }()
		t.Setenv("PATH", "/bin:/usr/bin")
		for wanted, major := range map[int]int{0: 16, 15: 15, 16: 16} {
			found, err := findBinaries(t.Context(), "", wanted)
			require.NoError(t, err)
			assert.Equal(t, major, found.major)
		}
		_, err := findBinaries(t.Context(), "", 17)
		require.ErrorContains(t, err, "made by PostgreSQL 17, which is not installed")
		_, err = findBinaries(t.Context(), filepath.Join(root, "13.2"), 0)
		assert.ErrorContains(t, err, "version 14 or newer")
	})
}

func fakeBinaries(t *testing.T, folder, version string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	script := []byte("#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n")
	for _, program := range []string{"initdb", "postgres"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, program), script, 0o755))
	}
}

func TestTemporal(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Temporal")
	}
	t.Chdir("../..") // where bin/ is
	program, err := FindTemporal()
	require.NoError(t, err)

	t.Run("it serves, and starts again on the file of its last run", func(t *testing.T) {
		folder := newFolder(t)
		server := Temporal{Program: program, Address: freeAddress(t), UIAddress: freeAddress(t), SearchAttributes: []string{"Book"}}
		for range 2 {
			child, err := server.Child(folder)
			require.NoError(t, err)
			supervisor := newSupervisor(t, folder)
			require.NoError(t, supervisor.Start(t.Context(), child))
			require.NoError(t, server.ready(t.Context()))
			supervisor.Stop()
		}
		assert.FileExists(t, filepath.Join(folder.Path(), "temporal", "temporal.db"))
	})

	t.Run("addresses without a port are refused", func(t *testing.T) {
		for _, server := range []Temporal{{Address: "x", UIAddress: "127.0.0.1:1"}, {Address: "127.0.0.1:1", UIAddress: "x"}} {
			_, err := server.Child(newFolder(t))
			assert.ErrorContains(t, err, "missing port")
		}
	})
}

func TestFindTemporal(t *testing.T) {
	t.Run("a missing command says how to build it", func(t *testing.T) {
		t.Chdir(t.TempDir())
		t.Setenv("PATH", "")
		_, err := FindTemporal()
		assert.ErrorContains(t, err, `build it with "make tools"`)
	})
}

package postgrestest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// shared returns the server that this process's tests use, started on first use. There is one per
// test process, held here for good: nothing stops it but the end of that process.
var shared = sync.OnceValues(func() (*server, error) {
	ctx := context.Background()
	if url := os.Getenv("OMNICLOUD_TEST_DATABASE_URL"); url != "" {
		return &server{url: url}, makeTemplate(ctx, url)
	}
	return startCluster(ctx)
})

// startCluster copies the prepared cluster into a folder of this process and starts it.
func startCluster(ctx context.Context) (*server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	home, err := owner.home()
	if err != nil {
		return nil, err
	}
	owner.reap(home)
	folder := filepath.Join(home, fmt.Sprintf("run-%d", os.Getpid()))
	// The lock comes first: a folder without one would be nobody's to remove.
	unlock, file, err := owner.lock(folder+".lock", syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer unlock() // The watchdog holds it from here on.
	if err := os.RemoveAll(folder); err != nil {
		return nil, fmt.Errorf("clearing the folder of a process that is gone: %w", err)
	}
	if err := owner.mkdir(folder); err != nil {
		return nil, err
	}
	if err := copyPrepared(ctx, home, binaries, filepath.Join(folder, "data"), owner); err != nil {
		return nil, err
	}
	return start(ctx, binaries, folder, owner, file)
}

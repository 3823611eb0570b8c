package postgrestest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/omnicloud/omnicloud/internal/postgres/migrations"
)

// layout changes whenever the prepared folder is made in another way, so that old ones are not used.
const layout = "1"

// fingerprint names a prepared folder by all that went into it.
func fingerprint(binaries string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, layout, binaries)
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Files, path)
		fmt.Fprintln(sum, path, len(content))
		sum.Write(content)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("reading the migrations: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// copyPrepared puts a copy of the prepared cluster at to: a data folder with a migrated template
// database, shut down cleanly. The first process makes it while the others wait for the lock.
func copyPrepared(ctx context.Context, folder, binaries, to string, owner account) error {
	name, err := fingerprint(binaries)
	if err != nil {
		return err
	}
	made := filepath.Join(folder, "prepared-"+name)
	// Held while copying too, so that nobody clears away what is being copied.
	unlock, _, err := owner.lock(made+".lock", syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(made); err != nil {
		if err := prepare(ctx, folder, binaries, made, owner); err != nil {
			return err
		}
	}
	// The time of last use is what reap goes by.
	now := time.Now()
	if err := os.Chtimes(made, now, now); err != nil {
		return fmt.Errorf("marking %s as used: %w", made, err)
	}
	output, err := owner.command(ctx, folder, "cp", "-R", filepath.Join(made, "data"), to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("copying the prepared cluster: %w: %s", err, output)
	}
	return nil
}

// prepare makes the folder that copyPrepared copies: initdb, a server for as long as the template
// needs, and a clean end.
func prepare(ctx context.Context, folder, binaries, made string, owner account) error {
	making := made + ".making"
	if err := os.RemoveAll(making); err != nil {
		return fmt.Errorf("clearing a half-made cluster: %w", err)
	}
	if err := owner.mkdir(making); err != nil {
		return err
	}
	data := filepath.Join(making, "data")
	// One-megabyte WAL segments keep the folder small and its copy quick.
	command := owner.command(ctx, folder, filepath.Join(binaries, "initdb"), "--pgdata="+data, "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync", "--no-instructions")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	server, err := start(ctx, binaries, making, owner, nil)
	if err != nil {
		return err
	}
	if err := errors.Join(makeTemplate(ctx, server.url), server.stop()); err != nil {
		return err
	}
	// Under its final name the folder is always whole, even when this process is killed before.
	if err := os.Rename(making, made); err != nil {
		return fmt.Errorf("keeping the prepared cluster: %w", err)
	}
	return nil
}

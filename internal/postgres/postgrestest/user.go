package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who runs the server: PostgreSQL refuses to run as root.
type account struct {
	uid, gid   uint32
	credential *syscall.Credential
}

// unprivileged returns the current user, or for root one that the machine has anyway.
func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return account{}, fmt.Errorf("reading the uid of %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return account{}, fmt.Errorf("reading the gid of %s: %w", name, err)
		}
		credential := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return account{uid: uint32(uid), gid: uint32(gid), credential: credential}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root and the machine has neither a user postgres nor nobody")
}

// command prepares a program to run as the account, in a process group of its own so that a Ctrl-C
// meant for the tests does not reach it, with an environment that holds no PG* settings.
func (a account) command(ctx context.Context, folder, name string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = folder
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + folder}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential}
	return command
}

// home returns the folder below which all clusters of this user live. It is short, because the path
// of a Unix socket may not exceed about a hundred bytes, and it must be ours: /tmp belongs to all.
func (a account) home() (string, error) {
	folder := fmt.Sprintf("/tmp/omnicloud-test-%d", a.uid)
	if err := a.mkdir(folder); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return "", fmt.Errorf("looking at %s: %w", folder, err)
	}
	status, known := info.Sys().(*syscall.Stat_t)
	ours := known && (status.Uid == a.uid || status.Uid == uint32(os.Geteuid()))
	if !ours || !info.IsDir() {
		return "", fmt.Errorf("%s belongs to somebody else; remove it", folder)
	}
	return folder, nil
}

// mkdir makes a folder of the account's own; fs.ErrExist is in the chain where there is one.
func (a account) mkdir(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fmt.Errorf("making a folder for test databases: %w", err)
	}
	if err := os.Chown(folder, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("handing %s to the database user: %w", folder, err)
	}
	return nil
}

// write makes a file of the account's own.
func (a account) write(path, content string) error {
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return fmt.Errorf("configuring the server: %w", err)
	}
	if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("handing %s to the database user: %w", path, err)
	}
	return nil
}

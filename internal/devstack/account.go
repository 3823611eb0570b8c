package devstack

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Account is an unprivileged account that a root supervisor runs a child as. A nil Account is the
// supervisor's own.
type Account struct {
	Name string
	uid  uint32
	gid  uint32
}

// unprivilegedAccount returns whom PostgreSQL, which refuses to run as root, runs as: nil where
// this process is not root, else postgres or nobody.
func unprivilegedAccount() (*Account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if errors.Join(uidErr, gidErr) == nil {
			return &Account{Name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root and neither the account postgres nor nobody exists; start omnicloud dev as an ordinary user")
}

// ownerOf is the account that a folder belongs to. An existing cluster is run by its owner, who
// may be an ordinary user that started the stack before root did.
func ownerOf(path string) (*Account, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", path, err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil, fmt.Errorf("%s belongs to root, as whom PostgreSQL refuses to run; hand it to the account postgres or nobody", path)
	}
	return &Account{Name: strconv.FormatUint(uint64(owner.Uid), 10), uid: owner.Uid, gid: owner.Gid}, nil
}

func (a *Account) apply(cmd *exec.Cmd) {
	if a == nil {
		return
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// own hands one file or folder, not what is in it, to the account.
func (a *Account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// reaches reports whether the account may pass through every folder above path. It asks the
// permission bits, since root itself may pass everywhere.
func (a *Account) reaches(path string) (bool, error) {
	if a == nil {
		return true, nil
	}
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil {
			return false, fmt.Errorf("folder %s: %w", folder, err)
		}
		if !a.mayPass(info) {
			return false, nil
		}
		if folder == filepath.Dir(folder) {
			return true, nil
		}
	}
}

func (a *Account) mayPass(info os.FileInfo) bool {
	mode := info.Mode().Perm()
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && owner.Uid == a.uid:
		return mode&0o100 != 0
	case ok && owner.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

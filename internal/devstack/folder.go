// Package devstack runs the whole stack on one machine: a private PostgreSQL cluster, a Temporal
// development server and the roles of this program as child processes, restarted when they die
// and stopped in order. Everything it keeps lies in one data folder, and everything in that
// folder survives a kill -9 of any process, the supervisor included.
package devstack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Folder is a data folder locked by this process. Its methods return absolute paths.
type Folder struct {
	path string
	lock *os.File
}

// OpenFolder creates the data folder where it is missing and locks it for this process until
// Close. The lock is the kernel's: it ends with the process however that ends. The error names
// the process that holds the folder, or why it cannot be written.
func OpenFolder(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	folder := &Folder{path: path}
	for _, directory := range []string{path, folder.logs(), folder.run(), folder.Keys()} {
		if err := os.MkdirAll(directory, folderMode(directory, folder)); err != nil {
			return nil, folder.unusable(err)
		}
	}
	folder.lock, err = os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, folder.unusable(err)
	}
	if err := folder.acquire(); err != nil {
		folder.lock.Close()
		return nil, err
	}
	return folder, nil
}

// folderMode keeps everything private, except that a root supervisor lets PostgreSQL, which runs
// as another account, pass through the data folder to its own.
func folderMode(directory string, folder *Folder) fs.FileMode {
	if directory == folder.path && os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}

func (f *Folder) acquire() error {
	err := syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("data folder %s is in use by pid %s; stop that omnicloud dev or choose another folder with --data", f.path, f.holder())
	}
	if err != nil {
		return fmt.Errorf("data folder %s cannot be locked (%w); choose a folder on a local disk with --data", f.path, err)
	}
	if err := f.lock.Truncate(0); err != nil {
		return f.unusable(err)
	}
	if _, err := f.lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return f.unusable(err)
	}
	return nil
}

func (f *Folder) holder() string {
	content := make([]byte, 32)
	n, _ := f.lock.ReadAt(content, 0)
	if pid := strings.TrimSpace(string(content[:n])); pid != "" {
		return pid
	}
	return "unknown"
}

// fullDisk holds what the parts of the stack say when there is no room left: the system and
// PostgreSQL, then Temporal's SQLite.
var fullDisk = []string{"No space left on device", "no space left on device", "database or disk is full"}

// Explain replaces an error that a full disk caused, wherever it was met, by one that says so.
func (f *Folder) Explain(err error) error {
	for _, words := range fullDisk {
		if err != nil && strings.Contains(err.Error(), words) {
			return fmt.Errorf("data folder %s: the disk is full; free some space or choose another folder with --data", f.path)
		}
	}
	return err
}

func (f *Folder) unusable(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return f.Explain(err)
	}
	return fmt.Errorf("data folder %s cannot be used (%w); make it writable or choose another folder with --data", f.path, err)
}

// Close releases the lock. The folder must not be used afterwards.
func (f *Folder) Close() { _ = f.lock.Close() }

// Path is the data folder itself.
func (f *Folder) Path() string { return f.path }

// Keys is the folder of key files and passwords, readable by its owner alone.
func (f *Folder) Keys() string { return filepath.Join(f.path, "keys") }

// Log is the log file of a role.
func (f *Folder) Log(role string) string { return filepath.Join(f.logs(), role+".log") }

func (f *Folder) logs() string { return filepath.Join(f.path, "logs") }

// run holds one pid file per running child.
func (f *Folder) run() string { return filepath.Join(f.path, "run") }

// WriteFile replaces a file of the data folder as a whole, readable by its owner alone: a reader
// or a crash never meets half of it.
func (f *Folder) WriteFile(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return f.unusable(err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already where all went well
	_, err = temporary.Write(content)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return f.unusable(err)
	}
	return nil
}

// Command scale measures what the README and docs/scale.md say about size, in a stack of its own: it
// generates a bill, imports it and closes its month, or it imports resources of one tenant and scans them
// for drift, or it forecasts series of usage for two nights. It prints the seconds of every step, rows a second,
// what each process took of CPU and memory, and the length of the workflow's history.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// month lies before anything that the sample services know, so that no other month has to close first.
const month = "2024-06"

// run is one measurement.
type run struct {
	binary    string
	folder    string
	lines     int64
	tenants   int
	usage     int64
	resources int64
	series    int64
}

func main() {
	var r run
	flag.StringVar(&r.binary, "binary", "bin/omnicloud", "the program to measure")
	flag.StringVar(&r.folder, "folder", "", "where files and data go, removed at the end; a temporary folder where not given")
	flag.Int64Var(&r.lines, "lines", 1_000_000, "charges in the bill")
	flag.IntVar(&r.tenants, "tenants", 10_000, "tenants")
	flag.Int64Var(&r.usage, "usage-lines", -1, "usage records; two for each tenant where not given")
	flag.Int64Var(&r.resources, "resources", 0, "scan as many resources of one tenant for drift, instead of closing a month")
	flag.Int64Var(&r.series, "series", 0, "forecast as many series of 90 days of hours, instead of closing a month")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := r.measure(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// measure removes what it made, whatever happens.
func (r run) measure(ctx context.Context) (err error) {
	if r.usage < 0 {
		r.usage = 2 * int64(r.tenants)
	}
	if r.binary, err = filepath.Abs(r.binary); err != nil {
		return err
	}
	if r.folder, err = os.MkdirTemp(r.folder, "omnicloud-scale-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.folder)) }()
	// PostgreSQL runs as another user where this runs as root, and has to get at its folder.
	if err := os.Chmod(r.folder, 0o755); err != nil {
		return err
	}
	s, err := r.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	switch {
	case r.resources > 0:
		fmt.Printf("%d resources of one tenant, %d cores\n", r.resources, runtime.NumCPU())
		err = r.drift(ctx, s)
	case r.series > 0:
		fmt.Printf("%d series of %d hours, %d cores\n", r.series, historyHours, runtime.NumCPU())
		err = r.train(ctx, s)
	default:
		fmt.Printf("%d charges, %d usage records, %d tenants, %d cores\n", r.lines, r.usage, r.tenants, runtime.NumCPU())
		err = r.closeMonth(ctx, s)
	}
	return errors.Join(err, s.printSizes(ctx))
}

// closeMonth generates a bill, imports it with everything beside it, and closes its month.
func (r run) closeMonth(ctx context.Context, s *stack) error {
	bill := filepath.Join(r.folder, "bill")
	if _, err := r.step(ctx, "generate", r.lines, "sandbox", "generate", "--out", bill, "--period", month,
		"--lines", strconv.FormatInt(r.lines, 10), "--tenants", strconv.Itoa(r.tenants), "--usage-lines", strconv.FormatInt(r.usage, 10)); err != nil {
		return err
	}
	for _, file := range []struct {
		kind, name string
		rows       int64
	}{
		{"tenants", "tenants.csv", int64(r.tenants)},
		{"usage", "usage.csv", r.usage},
		{"focus", "charges.csv", r.lines},
	} {
		if err := r.load(ctx, s, file.kind, filepath.Join(bill, file.name), file.rows); err != nil {
			return err
		}
	}
	rules, err := os.ReadFile(filepath.Join(bill, "rules.yaml"))
	if err != nil {
		return err
	}
	if err := s.post(ctx, "/v1/allocation-rules", "application/yaml", string(rules), ""); err != nil {
		return err
	}
	return s.close(ctx, r.lines)
}

// load imports a file and removes it.
func (r run) load(ctx context.Context, s *stack, kind, path string, rows int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	spent := s.measure()
	took, err := r.step(ctx, "import "+kind, rows, "import", kind, path, "--database-url", s.Endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	fmt.Printf("%-24s %8.1f MB, %.1f MB/s\n", "", megabytes(info.Size()), megabytes(info.Size())/took.Seconds())
	spent.processes()
	return os.Remove(path)
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

// step runs the program once and prints what it took.
func (r run) step(ctx context.Context, name string, rows int64, arguments ...string) (time.Duration, error) {
	command := exec.CommandContext(ctx, r.binary, arguments...)
	command.Stderr = os.Stderr
	began := time.Now()
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	took := time.Since(began)
	usage, _ := command.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Printf("%-24s %8.1f s, %.0f rows/s, %.1f s of CPU, at most %d MB\n", name, took.Seconds(), float64(rows)/took.Seconds(),
		command.ProcessState.UserTime().Seconds()+command.ProcessState.SystemTime().Seconds(), usage.Maxrss/1024)
	return took, nil
}

package chart

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// binary is the program that the chart runs.
var binary string

func TestMain(m *testing.M) {
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // Helm logs each link that it follows
	built, err := os.MkdirTemp("", "omnicloud-chart-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(built) }()
	binary = filepath.Join(built, "omnicloud")
	build := exec.Command("go", "build", "-o", binary, "./cmd/omnicloud")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

var twin = regexp.MustCompile(`\(\$(OMNICLOUD_[A-Z0-9_]+)\)`)

// twins lists the variables that a command reads.
func twins(t *testing.T, command string) map[string]bool {
	t.Helper()
	help, err := exec.Command(binary, command, "--help").Output()
	require.NoError(t, err)
	// Long lines are folded.
	unfolded := regexp.MustCompile(`\s+`).ReplaceAllString(string(help), " ")
	known := map[string]bool{}
	for _, match := range twin.FindAllStringSubmatch(unfolded, -1) {
		known[match[1]] = true
	}
	require.NotEmpty(t, known)
	return known
}

func TestTheProgramKnowsWhatItIsTold(t *testing.T) {
	for _, installation := range installations {
		for _, p := range pods(t, installation) {
			command := p.container().Args[0]
			known := twins(t, command)
			for name := range p.environment() {
				if strings.HasPrefix(name, "OMNICLOUD_") {
					require.True(t, known[name], "%s of %s: omnicloud %s does not read it", name, p.name, command)
				}
			}
		}
	}
}

// TestTheProgramTakesWhatItIsTold has each role start with the variables of the chart: it gets as far as
// what they name, which is not there, and so every one of them was understood.
func TestTheProgramTakesWhatItIsTold(t *testing.T) {
	for _, installation := range installations {
		for _, p := range pods(t, installation) {
			t.Run(installation+" "+p.name, func(t *testing.T) {
				run := exec.Command(binary, p.container().Args...)
				for name, value := range p.environment() {
					switch {
					case name == "OMNICLOUD_DATABASE_URL":
						value = "postgres://nobody@127.0.0.1:1/none"
					case strings.HasPrefix(value, "secret:"):
						continue
					case strings.HasPrefix(value, "/"):
						value = t.TempDir()
					case strings.HasPrefix(value, "http"):
						value = "http://127.0.0.1:1"
					}
					run.Env = append(run.Env, name+"="+value)
				}
				out, err := run.CombinedOutput()
				require.Error(t, err)
				require.NotRegexp(t, `unexpected|invalid|unknown flag|expected`, string(out))
				require.NotContains(t, string(out), "usage")
			})
		}
	}
}

func TestProbesAskForWhatIsServed(t *testing.T) {
	ports := map[string]string{"api": "OMNICLOUD_API_ADDR", "worker": "OMNICLOUD_METRICS_ADDR"}
	for _, installation := range installations {
		for _, p := range pods(t, installation) {
			container := p.container()
			address, serves := ports[container.Args[0]]
			if !serves {
				require.Empty(t, container.Ports)
				continue
			}
			require.Equal(t, fmt.Sprintf(":%d", container.Ports[0].ContainerPort), p.environment()[address], p.name)
			require.Equal(t, "/healthz", container.StartupProbe.HTTPGet.Path)
			require.Equal(t, "/healthz", container.LivenessProbe.HTTPGet.Path)
			require.Equal(t, "/readyz", container.ReadinessProbe.HTTPGet.Path)
			require.Equal(t, container.Ports[0].Name, container.ReadinessProbe.HTTPGet.Port.StrVal)
		}
	}
}

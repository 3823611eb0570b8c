package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkDriftPairs measures the command on resources as AWS returns them: reading, decoding, learning
// secrets, comparing by all packs, judging, redacting and writing. Run it with -cpu 1 for one core.
func BenchmarkDriftPairs(b *testing.B) {
	const copies = 100
	source, err := os.Open("../../internal/rulesfile/testdata/aws-pairs.jsonl")
	require.NoError(b, err)
	defer source.Close()
	var pairs bytes.Buffer
	count := 0
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		for range copies {
			fmt.Fprintf(&pairs, "{\"id\":\"r%d\",%s\n", count, strings.TrimPrefix(lines.Text(), "{"))
			count++
		}
	}
	require.NoError(b, lines.Err())
	path := filepath.Join(b.TempDir(), "pairs.jsonl")
	require.NoError(b, os.WriteFile(path, pairs.Bytes(), 0o600))
	b.ReportAllocs()
	b.SetBytes(int64(pairs.Len()))
	for b.Loop() {
		code := run(b.Context(), []string{"drift", "--pairs", path, "--mode", "declared"}, streams{Out: io.Discard, Err: io.Discard})
		require.Equal(b, 2, code)
	}
	b.ReportMetric(float64(count)*float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
}

package architecture

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// longestFile and longestFunction are hard limits; most files stay under 150 lines and most
	// functions under 60.
	longestFile     = 400
	longestFunction = 80
	// shortFile and shareOfShortFiles keep the proportions of code that is easy to find.
	shortFile         = 200
	shareOfShortFiles = 0.80
)

func TestFilesAndFunctionsStayShort(t *testing.T) {
	total, short := 0, 0
	for _, file := range sources(t) {
		if file.isTest() || file.isGenerated() {
			continue
		}
		total++
		if file.lines() <= shortFile {
			short++
		}
		assert.LessOrEqual(t, file.lines(), longestFile, "%s holds more than one thing", file.path)
		for _, declaration := range file.syntax.Decls {
			function, isFunction := declaration.(*ast.FuncDecl)
			if !isFunction {
				continue
			}
			length := file.set.Position(function.End()).Line - file.set.Position(function.Pos()).Line + 1
			assert.LessOrEqual(t, length, longestFunction, "%s: %s does more than one thing", file.path, function.Name.Name)
		}
	}
	assert.GreaterOrEqual(t, float64(short), shareOfShortFiles*float64(total), "%d of %d files have at most %d lines", short, total, shortFile)
}

func TestNoFolderIsNamedForNothing(t *testing.T) {
	vague := []string{"utils", "util", "common", "helpers", "helper", "types", "misc", "shared", "lib"}
	for _, file := range sources(t) {
		for _, segment := range strings.Split(file.folder(), "/") {
			assert.False(t, slices.Contains(vague, segment), "%s lies in a folder whose name says nothing", file.path)
		}
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file.path), ".go"), "_test")
		assert.False(t, slices.Contains(vague, name), "%s has a name that says nothing", file.path)
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	unfinished := regexp.MustCompile(`(?i)\b(todo|fixme|xxx|hack|not implemented|for now)\b`)
	for _, file := range sources(t) {
		if strings.HasPrefix(file.path, "test/architecture/") || file.isGenerated() {
			continue
		}
		for _, group := range file.syntax.Comments {
			assert.NotRegexp(t, unfinished, group.Text(), "%s", file.set.Position(group.Pos()))
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, file := range sources(t) {
		if file.isTest() {
			continue
		}
		documented[file.folder()] = documented[file.folder()] || file.syntax.Doc != nil
	}
	for folder, has := range documented {
		assert.True(t, has, "package %s has no package comment", folder)
	}
}

func TestTopLevelFoldersAreTheAgreedOnes(t *testing.T) {
	agreed := []string{"activities", "api", "bin", "cmd", "deploy", "docs", "domain", "internal", "test", "workers", "workflows"}
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			assert.Contains(t, agreed, entry.Name())
		}
	}
}

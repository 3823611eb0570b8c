// Package architecture keeps the rules of the house: who may import whom, where floats may live,
// how long a file may grow. Each rule is a test, so that breaking one needs a reason in this folder.
package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/omnicloud/omnicloud/"
)

// sourceFile is a parsed Go file of this module.
type sourceFile struct {
	// path is relative to the module root, with forward slashes.
	path   string
	syntax *ast.File
	set    *token.FileSet
}

// folder returns the package folder relative to the module root.
func (f sourceFile) folder() string { return filepath.ToSlash(filepath.Dir(f.path)) }

// isTest reports whether the file is only compiled into tests.
func (f sourceFile) isTest() bool {
	return strings.HasSuffix(f.path, "_test.go") || strings.HasPrefix(f.path, "test/") ||
		strings.HasSuffix(f.folder(), "test")
}

// isGenerated reports whether a tool wrote the file.
func (f sourceFile) isGenerated() bool { return ast.IsGenerated(f.syntax) }

// lines returns the number of lines.
func (f sourceFile) lines() int { return f.set.File(f.syntax.Pos()).LineCount() }

// imports returns the import paths.
func (f sourceFile) imports() []string {
	paths := make([]string, 0, len(f.syntax.Imports))
	for _, spec := range f.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

// sources parses every Go file of the module.
func sources(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(entry.Name())
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files = append(files, sourceFile{path: filepath.ToSlash(relative), syntax: syntax, set: set})
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, files, "no Go files found below the module root")
	return files
}

func skipFolder(name string) error {
	switch name {
	case ".git", "bin", ".omnicloud", "testdata", "node_modules", "tools":
		return filepath.SkipDir
	default:
		return nil
	}
}

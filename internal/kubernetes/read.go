// Package kubernetes reads manifests, and objects as kubectl get -o json writes them, and pairs what
// is declared with what runs.
package kubernetes

import (
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Object is one object of a cluster.
type Object struct {
	// Group is empty for the core group.
	Group, Kind, Namespace, Name string
	Config                       document.Value
	// Place is the file that the object comes from.
	Place string
}

// Type is the resource type that rules are chosen by, such as Kubernetes::apps::Deployment or
// Kubernetes::core::Service.
func (o Object) Type() string {
	group := o.Group
	if group == "" {
		group = "core"
	}
	return "Kubernetes::" + group + "::" + o.Kind
}

// ID names the object within its cluster with characters that a resource id may have:
// Deployment.apps_shop_web, or Namespace_shop for what lies in no namespace.
func (o Object) ID() string {
	id := o.Kind
	if o.Group != "" {
		id += "." + o.Group
	}
	if o.Namespace != "" {
		id += "_" + o.Namespace
	}
	// Names of roles and the like may have colons.
	return strings.ReplaceAll(id+"_"+o.Name, ":", "-")
}

// Files lists a file, or the .yaml, .yml and .json files of a folder and below, in byte order of path.
// A path that cannot be read, or holds none, is an InvalidInput error.
func Files(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && (file == path || slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file))) {
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(files) == 0 {
		return nil, fault.New(fault.InvalidInput, "%s holds no .yaml, .yml or .json file", path)
	}
	return files, nil
}

// ReadFolder reads the manifests of a file, or of a folder, as Files lists them. An object that comes
// twice is an InvalidInput error, as is a document that is no object.
func ReadFolder(path string) ([]Object, error) {
	files, err := Files(path)
	if err != nil {
		return nil, err
	}
	var objects []Object
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, unreadable(file, err)
		}
		read, err := Parse(file, text)
		if err != nil {
			return nil, err
		}
		objects = append(objects, read...)
	}
	return objects, once(objects)
}

// Read reads the objects of a stream, such as what kubectl get -o json writes; name stands for it in
// errors, which are those of ReadFolder.
func Read(name string, in io.Reader) ([]Object, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, unreadable(name, err)
	}
	objects, err := Parse(name, text)
	if err != nil {
		return nil, err
	}
	return objects, once(objects)
}

func unreadable(path string, err error) error {
	var system *fs.PathError
	if errors.As(err, &system) {
		path, err = system.Path, system.Err
	}
	return fault.Wrap(err, fault.InvalidInput, "%s cannot be read", path)
}

// Parse reads the objects of a file's text; those of a List come one by one.
func Parse(name string, text []byte) ([]Object, error) {
	documents, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	var objects []Object
	for _, config := range documents {
		if objects, err = collect(name, config, objects); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

func collect(name string, config document.Value, objects []Object) ([]Object, error) {
	if config.IsNull() {
		return objects, nil
	}
	kind := config.Get("kind").Text()
	if items := config.Get("items"); items.Kind() == document.Array && strings.HasSuffix(kind, "List") {
		for _, item := range items.Elements() {
			var err error
			if objects, err = collect(name, item, objects); err != nil {
				return nil, err
			}
		}
		return objects, nil
	}
	metadata := config.Get("metadata")
	object := Object{
		Group: group(config.Get("apiVersion").Text()), Kind: kind, Namespace: metadata.Get("namespace").Text(),
		Name: metadata.Get("name").Text(), Config: config, Place: name,
	}
	if kind == "" || config.Get("apiVersion").Text() == "" || object.Name == "" {
		return nil, fault.New(fault.InvalidInput, "%s holds a document without apiVersion, kind or metadata.name; every document of a manifest is an object", name)
	}
	if kind == "Secret" {
		object.Config = mergedSecret(config)
	}
	return append(objects, object), nil
}

func group(apiVersion string) string {
	group, _, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		return ""
	}
	return group
}

func once(objects []Object) error {
	seen := map[string]string{}
	for _, object := range objects {
		id := object.ID()
		if place, known := seen[id]; known {
			return fault.New(fault.InvalidInput, "%s is in %s and again in %s; keep one", id, place, object.Place)
		}
		seen[id] = object.Place
	}
	return nil
}

// mergedSecret writes stringData, which the server never returns, as the data that it makes of it.
func mergedSecret(config document.Value) document.Value {
	plain := config.Get("stringData")
	if plain.Len() == 0 {
		return config
	}
	data := []document.Member{}
	for key, value := range config.Get("data").Members() {
		data = append(data, document.Member{Key: key, Value: value})
	}
	for key, value := range plain.Members() {
		encoded := base64.StdEncoding.EncodeToString([]byte(value.Text()))
		data = append(data, document.Member{Key: key, Value: document.TextValue(encoded)})
	}
	members := []document.Member{}
	for key, value := range config.Members() {
		if key != "data" && key != "stringData" {
			members = append(members, document.Member{Key: key, Value: value})
		}
	}
	return document.ObjectValue(append(members, document.Member{Key: "data", Value: document.ObjectValue(data...)})...)
}

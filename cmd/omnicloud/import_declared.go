package main

import (
	"io"
	"os"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/kubernetes"
	"github.com/omnicloud/omnicloud/internal/resourcefile"
	"github.com/omnicloud/omnicloud/internal/terraform"
)

// Kinds of files that declare resources: plans and states of Terraform, manifests of Kubernetes.
const (
	kindTerraform  = "terraform"
	kindKubernetes = "kubernetes"
)

// resourceRows returns how the resources of a kind of file are read, nil for other kinds.
func resourceRows(request intake.Request) infra.Rows {
	switch request.Kind {
	case kindResources:
		return resourcefile.Read(request.Files)
	case kindTerraform:
		return terraformRows(request.Files, request.Options.Tenant)
	case kindKubernetes:
		return kubernetesRows(request.Files, request.Options.Tenant)
	default:
		return nil
	}
}

// checkTenant refuses a tenant that would go unheard.
func checkTenant(request intake.Request) error {
	if request.Options.Tenant != "" && request.Kind != kindTerraform && request.Kind != kindKubernetes {
		return fault.New(fault.InvalidInput, "an import of %s names tenants in its files; --tenant is for terraform and kubernetes", request.Kind)
	}
	return nil
}

// terraformRows yields the resources of plans and states.
func terraformRows(files intake.Files, tenant string) infra.Rows {
	return func(yield func(infra.Row, error) bool) {
		for file, err := range files {
			var text []byte
			var resources []infra.Resource
			if err == nil {
				text, err = io.ReadAll(file.Content)
			}
			if err == nil {
				resources, err = terraform.ReadResources(file.Name, text)
			}
			if err != nil {
				yield(infra.Row{}, err)
				return
			}
			for _, resource := range resources {
				resource.TenantID = tenant
				if !yield(infra.Row{Resource: resource, Place: file.Name}, nil) {
					return
				}
			}
		}
	}
}

// kubernetesRows yields the objects of manifests as what is declared. Objects that a server has seen,
// which have a uid, are what runs, of those that are declared beside them.
func kubernetesRows(files intake.Files, tenant string) infra.Rows {
	return func(yield func(infra.Row, error) bool) {
		var desired, live []kubernetes.Object
		for file, err := range files {
			var text []byte
			var objects []kubernetes.Object
			if err == nil {
				text, err = io.ReadAll(file.Content)
			}
			if err == nil {
				objects, err = kubernetes.Parse(file.Name, text)
			}
			if err != nil {
				yield(infra.Row{}, err)
				return
			}
			for _, object := range objects {
				if object.Config.Get("metadata").Get("uid").IsMissing() {
					desired = append(desired, object)
				} else {
					live = append(live, object)
				}
			}
		}
		if len(desired) == 0 {
			yield(infra.Row{}, fault.New(fault.InvalidInput, "the files declare no object; give manifests, and live objects only beside them"))
			return
		}
		for _, resource := range kubernetes.Resources(kubernetes.Pairs(desired, live)) {
			resource.TenantID = tenant
			if !yield(infra.Row{Resource: resource, Place: resource.ID}, nil) {
				return
			}
		}
	}
}

// manifests yields the files of a path that may hold manifests, in byte order of path.
func manifests(path string, stdin io.Reader) intake.Files {
	return func(yield func(intake.File, error) bool) {
		if path == "-" {
			yield(intake.File{Name: "standard input", Content: stdin}, nil)
			return
		}
		paths, err := kubernetes.Files(path)
		if err != nil {
			yield(intake.File{}, err)
			return
		}
		for _, one := range paths {
			file, err := os.Open(one)
			if err != nil {
				yield(intake.File{}, unreadable(one, err))
				return
			}
			more := yield(intake.File{Name: one, Content: file}, nil)
			_ = file.Close() // it was only read
			if !more {
				return
			}
		}
	}
}

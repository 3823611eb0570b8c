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
		return ofTenants(resourcefile.Read(request.Files))
	case kindTerraform:
		return terraformRows(request.Files, request.Options.Tenant)
	case kindKubernetes:
		return kubernetesRows(request.Files, request.Options.Tenant)
	default:
		return nil
	}
}

// ofTenants refuses resources of nobody: drift is scanned tenant by tenant.
func ofTenants(rows infra.Rows) infra.Rows {
	return func(yield func(infra.Row, error) bool) {
		for row, err := range rows {
			if err == nil {
				err = row.Resource.Check()
			}
			if err == nil && row.Resource.TenantID == "" {
				err = fault.Invalid("/tenant_id", "resource %s belongs to no tenant, so that no scan would ever look at it; give it a tenant_id", row.Resource.ID)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// declares reports whether files of a kind declare resources without saying whose they are.
func declares(kind intake.FileKind) bool { return kind == kindTerraform || kind == kindKubernetes }

// checkTenant refuses a tenant that would go unheard, and resources of nobody, which no scan looks at.
func checkTenant(request intake.Request) error {
	switch given := request.Options.Tenant != ""; {
	case given && !declares(request.Kind):
		return fault.New(fault.InvalidInput, "an import of %s names tenants in its files; --tenant is for terraform and kubernetes", request.Kind)
	case !given && declares(request.Kind):
		return fault.New(fault.InvalidInput, "an import of %s needs the tenant whose resources they are; name it with --tenant (tenant= in the API)", request.Kind)
	default:
		return nil
	}
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
		desired, live, err := clusterObjects(files)
		if err == nil && len(desired) == 0 {
			err = fault.New(fault.InvalidInput, "the files declare no object; give manifests, and live objects only beside them")
		}
		if err != nil {
			yield(infra.Row{}, err)
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

func clusterObjects(files intake.Files) (desired, live []kubernetes.Object, err error) {
	for file, err := range files {
		if err != nil {
			return nil, nil, err
		}
		objects, err := kubernetes.Read(file.Name, file.Content)
		if err != nil {
			return nil, nil, err
		}
		for _, object := range objects {
			if object.Config.Get("metadata").Get("uid").IsMissing() {
				desired = append(desired, object)
			} else {
				live = append(live, object)
			}
		}
	}
	return desired, live, nil
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

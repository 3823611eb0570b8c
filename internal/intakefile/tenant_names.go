package intakefile

import (
	"errors"
	"io"

	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// TenantNames reads which tenant a Kubernetes namespace belongs to, from a CSV file with the columns
// namespace and tenant_id. Without a path there are none. A namespace that is given twice is an error.
func TenantNames(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	file, err := csvfile.Open(path)
	if err != nil {
		return nil, err
	}
	names, err := readTenantNames(file)
	return names, errors.Join(err, file.Close())
}

func readTenantNames(file *csvfile.Reader) (map[string]string, error) {
	columns, err := file.Require("namespace", "tenant_id")
	if err != nil {
		return nil, err
	}
	names, seen := map[string]string{}, map[string]string{}
	var row csvfile.Row
	for {
		err := file.Read(&row)
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		namespace := row.Text(columns[0])
		if err := once(seen, namespace, &row, columns[0]); err != nil {
			return nil, err
		}
		if names[namespace], err = identifier(&row, columns[1]); err != nil {
			return nil, err
		}
	}
}

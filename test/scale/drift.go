package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// owner is the tenant of every resource that is scanned.
const owner = "scale"

// drift scans the resources of one tenant twice: observed, which may mend nothing, and enforced, which
// may mend as much as the limits say.
func (r run) drift(ctx context.Context, s *stack) error {
	tenants, resources := filepath.Join(r.folder, "tenants.csv"), filepath.Join(r.folder, "resources.jsonl")
	if err := os.WriteFile(tenants, []byte("tenant_id,plan,active_from,active_until,weight\n"+owner+",standard,,,1\n"), 0o600); err != nil {
		return err
	}
	if err := s.writeResources(ctx, resources, r.resources); err != nil {
		return err
	}
	if err := r.load(ctx, s, "tenants", tenants, 1); err != nil {
		return err
	}
	if err := r.load(ctx, s, "resources", resources, r.resources); err != nil {
		return err
	}
	if err := s.scan(ctx, "scan-observed", 0); err != nil {
		return err
	}
	enforced := `{"items":[{"resource_type":"*","mode":"enforce"}]}`
	if err := s.call(ctx, "operator", http.MethodPut, "/v1/tenants/"+owner+"/drift-modes",
		map[string]string{"Content-Type": "application/json"}, enforced, nil); err != nil {
		return err
	}
	if err := s.scan(ctx, "scan-enforced", remediation.DefaultPolicy().Limits.OpenedPerScan); err != nil {
		return err
	}
	return s.printRemediations(ctx)
}

// writeResources writes the sample's resources again and again, each time under other ids, until there
// are as many as asked for: declared in one spelling and order, observed in another, some drifted.
func (s *stack) writeResources(ctx context.Context, path string, count int64) (err error) {
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(s.Endpoints.Sandbox)})
	if err != nil {
		return err
	}
	defer services.Close()
	var samples []infra.Resource
	for cursor := ""; ; {
		page, err := services.State.Resources(ctx, infra.ResourceFilter{}, cursor)
		if err != nil {
			return err
		}
		for _, resource := range page.Resources {
			// One that cannot be read would leave a partial scan.
			if resource.Readable() {
				samples = append(samples, resource)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	encoder := json.NewEncoder(out)
	for i := range count {
		resource := samples[i%int64(len(samples))]
		resource.ID, resource.TenantID, resource.DependsOn = resource.ID+"-"+strconv.FormatInt(i, 10), owner, nil
		if err := encoder.Encode(resource); err != nil {
			return err
		}
	}
	return out.Flush()
}

// scan scans once, prints what it took, and fails where it led to more remediations than it may.
func (s *stack) scan(ctx context.Context, name string, most int) error {
	spent := s.measure()
	var started driftwatch.ScanRef
	if err := s.call(ctx, "operator", http.MethodPost, "/v1/tenants/"+owner+"/drift-scans",
		map[string]string{"Idempotency-Key": name}, "", &started); err != nil {
		return err
	}
	if err := s.awaitWorkflow(ctx, started.WorkflowID()); err != nil {
		return err
	}
	var report struct {
		Scan driftwatch.Scan `json:"scan"`
	}
	if err := s.call(ctx, "auditor", http.MethodGet, "/v1/drift-scans/"+started.ScanID+"?limit=1", nil, "", &report); err != nil {
		return err
	}
	found := report.Scan
	took := spent.print(name, found.Resources, "resources")
	fmt.Printf("%-24s %s; %d of %d resources drifted, %d drifts: %v; %d remediations opened\n", "",
		found.State, found.Drifted, found.Resources, found.Findings, found.Summary, found.Opened)
	if found.State != driftwatch.ScanComplete || found.Opened > int64(most) {
		return fmt.Errorf("the scan is %s (%s) and opened %d remediations, where at most %d may be", found.State, found.Reason, found.Opened, most)
	}
	return s.printHistory(ctx, started.WorkflowID(), took)
}

// printRemediations waits until every remediation has ended or waits for people, prints how many stand
// where, and fails where more changed something without a person than may.
func (s *stack) printRemediations(ctx context.Context) error {
	began := time.Now()
	var states map[remediation.State]int
	var alone int
	err := poll(ctx, func() (bool, error) {
		states, alone = map[remediation.State]int{}, 0
		for cursor := ""; ; {
			var page struct {
				Items []remediation.Remediation `json:"items"`
				Next  string                    `json:"next_cursor"`
			}
			if err := s.call(ctx, "auditor", http.MethodGet, "/v1/remediations?limit=100&tenant="+owner+cursor, nil, "", &page); err != nil {
				return false, err
			}
			for _, one := range page.Items {
				states[one.State]++
				if one.Automatic {
					alone++
				}
			}
			if page.Next == "" {
				break
			}
			cursor = "&cursor=" + url.QueryEscape(page.Next)
		}
		under := states[remediation.Planning] + states[remediation.Approved] + states[remediation.Applying] + states[remediation.Verifying]
		return under == 0, nil
	})
	fmt.Printf("%-24s %8.1f s more: %v, %d of them without a person\n", "remediations", time.Since(began).Seconds(), states, alone)
	if limit := remediation.DefaultPolicy().Limits.PerRun; err == nil && alone > limit {
		err = fmt.Errorf("%d remediations went on without a person, where at most %d may", alone, limit)
	}
	return err
}

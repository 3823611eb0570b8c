package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/token"
)

// tokenCommand makes tokens for installations without an identity provider of their own.
type tokenCommand struct {
	Mint tokenMintCommand `cmd:"" help:"Print a bearer token, signed with the key of this installation."`
}

type tokenMintCommand struct {
	Keys keyFlags `embed:""`

	Subject  string        `help:"Whom the token names; decisions are recorded under it." placeholder:"NAME" required:""`
	Role     []string      `help:"What the subject may do: operator, finance_approver, security_approver, auditor or tenant; several separated by commas." placeholder:"ROLE" required:""`
	Tenant   string        `help:"Tenant whose data a token of the role tenant shows." placeholder:"TENANT"`
	Lifetime time.Duration `help:"How long the token holds, such as 12h." default:"24h"`
}

// Run prints the token alone, so that it can be put into a variable. It is verified first, as the API
// will verify it.
func (c *tokenMintCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	actor := approval.Actor{Subject: c.Subject, TenantID: c.Tenant}
	for _, name := range c.Role {
		role, err := approval.ParseRole(name)
		if err != nil {
			return fmt.Errorf("--role: %w", err)
		}
		actor.Roles = append(actor.Roles, role)
	}
	switch isTenant := slices.Contains(actor.Roles, approval.RoleTenant); {
	case isTenant && (len(actor.Roles) > 1 || c.Tenant == ""):
		return fault.New(fault.InvalidInput, "a token of the role tenant carries no other role and needs --tenant")
	case !isTenant && c.Tenant != "":
		return fault.New(fault.InvalidInput, "--tenant goes with --role tenant alone; other roles see every tenant")
	case c.Lifetime < time.Minute:
		return fault.New(fault.InvalidInput, "--lifetime is %s; a token holds for a minute at least", c.Lifetime)
	}
	opened, err := c.Keys.open(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	tokens, err := opened.tokens(ctx)
	if err != nil {
		return err
	}
	bearer := token.NewBearer(tokens)
	signed, err := bearer.Mint(actor, c.Lifetime)
	if err != nil {
		return err
	}
	if _, err := bearer.Verify(ctx, signed); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.Out, signed)
	return err
}

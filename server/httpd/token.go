package httpd

import (
	"context"
	"net/http"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) tokenRoutes() {
	handle(s, op{route: "GET auth/tokens", tag: "auth", summary: "Sessions and tokens of programs"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.Token], error) {
			all, err := s.o.Accounts.Tokens(ctx, who)
			if err != nil {
				return nil, err
			}
			out := make([]wire.Token, len(all))
			for i, t := range all {
				out[i] = tokenOf(t, who)
			}
			return &body[[]wire.Token]{out}, nil
		})

	type tokenInput struct{ Body wire.TokenRequest }
	handle(s, op{route: "POST auth/tokens", tag: "auth", summary: "Make a token for a program; its secret is shown this once", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *tokenInput) (*body[wire.NewToken], error) {
			secret, t, err := s.o.Accounts.NewToken(ctx, who, in.Body.Name, in.Body.Days)
			if err != nil {
				return nil, err
			}
			return &body[wire.NewToken]{wire.NewToken{Token: tokenOf(t, who), Secret: secret}}, nil
		})

	type revokeInput struct {
		ID string `path:"id"`
	}
	handle(s, op{route: "DELETE auth/tokens/{id}", tag: "auth", summary: "Revoke a session or a token"},
		func(ctx context.Context, who auth.Identity, in *revokeInput) (*none, error) {
			return &none{}, s.o.Accounts.Revoke(ctx, who, in.ID)
		})
}

func tokenOf(t auth.Token, who auth.Identity) wire.Token {
	return wire.Token{ID: t.ID, Name: t.Name, Session: t.Session, Current: t.ID == who.Token, Created: t.Created, Used: t.Used, Expires: t.Expires}
}

/* model: the texts that the RFCs give to reply codes.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/model.h>

static const struct {
    int code;
    const char *text;
} texts[] = {
    /* RFC 5321 section 4.2.3, and for the parameters of MAIL and RCPT section 4.1.1.11. */
    {211, "System status, or system help reply"},
    {214, "Help message"},
    {220, "<domain> Service ready"},
    {221, "<domain> Service closing transmission channel"},
    {250, "Requested mail action okay, completed"},
    {251, "User not local; will forward to <forward-path>"},
    {252, "Cannot VRFY user, but will accept message and attempt delivery"},
    {354, "Start mail input; end with <CRLF>.<CRLF>"},
    {421, "<domain> Service not available, closing transmission channel"},
    {450, "Requested mail action not taken: mailbox unavailable"},
    {451, "Requested action aborted: local error in processing"},
    {452, "Requested action not taken: insufficient system storage"},
    {455, "Server unable to accommodate parameters"},
    {500, "Syntax error, command unrecognized"},
    {501, "Syntax error in parameters or arguments"},
    {502, "Command not implemented"},
    {503, "Bad sequence of commands"},
    {504, "Command parameter not implemented"},
    {550, "Requested action not taken: mailbox unavailable"},
    {551, "User not local; please try <forward-path>"},
    {552, "Requested mail action aborted: exceeded storage allocation"},
    {553, "Requested action not taken: mailbox name not allowed"},
    {554, "Transaction failed"},
    {555, "MAIL FROM/RCPT TO parameters not recognized or not implemented"},
    /* RFC 7504 sections 3 and 4. */
    {521, "Host does not accept mail"},
    {556, "Domain does not accept mail"},
    /* RFC 1985 section 5; the names of nodes are left out. */
    {253, "OK, pending messages for node started"},
    {458, "Unable to queue messages for node"},
    {459, "Node not allowed: <reason>"},
    /* RFC 2645 section 5.2.1. */
    {453, "You have no mail"},
    /* RFC 4954 sections 4 and 6; RFC 3207 section 4 has 454 and 530 too. */
    {235, "Authentication succeeded"},
    {334, "Server challenge"},
    {432, "A password transition is needed"},
    {454, "Temporary authentication failure, or TLS not available due to temporary reason"},
    {530, "Authentication required, or must issue a STARTTLS command first"},
    {534, "Authentication mechanism is too weak"},
    {535, "Authentication credentials invalid"},
    {538, "Encryption required for requested authentication mechanism"},
    /* RFC 1845. */
    {355, "Octet-offset is the transaction offset"},
};

const char *pf_model_code_text(int code) {
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].code == code) return texts[i].text;
    }
    return NULL;
}
